/* A project in a folder of its own under $TMPDIR, gone after the test. */
#ifndef UNIT_CONFIG_PROJECT_H
#define UNIT_CONFIG_PROJECT_H

#include <ftw.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "config/config.h"
#include "unit.h"

struct project {
    struct ctx ctx;
    char folder[64];
};

static inline int project_open(void **state)
{
    struct project *project = arena_outside(sizeof *project);
    ctx_open(&project->ctx, 0);
    snprintf(project->folder, sizeof project->folder, "/tmp/dbwarden-config-XXXXXX");
    assert_non_null(mkdtemp(project->folder));
    unsetenv("DATABASE_URL");
    unsetenv("DBWARDEN_CONFIG_MODULE");
    *state = project;
    return 0;
}

static int project_unlink(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static inline int project_close(void **state)
{
    struct project *project = *state;
    nftw(project->folder, project_unlink, 8, FTW_DEPTH | FTW_PHYS);
    ctx_close(&project->ctx);
    free(project);
    return 0;
}

static inline const char *project_path(struct project *project, const char *name)
{
    return path_join(project->ctx.mem, project->folder, name);
}

static inline void put(struct project *project, const char *name, const char *text)
{
    const char *path = project_path(project, name);
    assert_works(&project->ctx, folder_make(&project->ctx, path_folder(project->ctx.mem, path)));
    assert_works(&project->ctx, file_write(&project->ctx, path, text, strlen(text), 0600));
}

static inline const char *content(struct project *project, const char *name)
{
    char *text;
    size_t length;
    assert_works(&project->ctx, file_read(&project->ctx, project_path(project, name), 0, &text, &length));
    return text;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, project_open, project_close)
#define TESTS(...)                                        \
    int main(void)                                        \
    {                                                     \
        const struct CMUnitTest tests[] = {__VA_ARGS__};  \
        return cmocka_run_group_tests(tests, NULL, NULL); \
    }

#endif
