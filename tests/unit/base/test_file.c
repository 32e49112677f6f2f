/* Files are read whole and replaced whole, and failures say which file and why. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

static char start[4096];
static char folder[64];

/* Each test works in an empty folder of its own. */
static int open_folder(void **state)
{
    unit_open(state);
    snprintf(folder, sizeof folder, "/tmp/dbwarden-unit-XXXXXX");
    return getcwd(start, sizeof start) && mkdtemp(folder) && !chdir(folder) ? 0 : -1;
}

static int close_folder(void **state)
{
    pid_t child = fork();
    if (!child)
        _exit(execlp("rm", "rm", "-rf", folder, (char *)NULL));
    int failed = chdir(start);
    waitpid(child, NULL, 0);
    unit_close(state);
    return failed;
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

static void put(struct ctx *ctx, const char *path, const char *text)
{
    assert_works(ctx, file_write(ctx, path, text, strlen(text), 0644));
}

static const char *get(struct ctx *ctx, const char *path)
{
    char *text = NULL;
    assert_works(ctx, file_read(ctx, path, 0, &text, NULL));
    return text;
}

static const char *names_here(struct ctx *ctx)
{
    struct names names = {0};
    names_add(ctx->mem, &names, "from before");
    assert_works(ctx, folder_list(ctx, ".", &names));
    return names_join(ctx->mem, &names, " ");
}

static void reads_what_was_written(void **state)
{
    struct ctx *ctx = *state;
    char *text;
    size_t length;
    assert_works(ctx, file_write(ctx, "a", "x\0y\n", 4, 0644));
    assert_works(ctx, file_read(ctx, "a", 0, &text, &length));
    assert_int_equal(length, 4);
    assert_memory_equal(text, "x\0y\n\0", 5);
    put(ctx, "empty", "");
    assert_string_equal(get(ctx, "empty"), "");
}

static void replaces_without_a_trace(void **state)
{
    struct ctx *ctx = *state;
    put(ctx, "a", "a longer old text");
    put(ctx, "a", "new");
    assert_string_equal(get(ctx, "a"), "new");
    assert_string_equal(names_here(ctx), "a");
}

static void the_old_text_stays_readable_through_an_open_descriptor(void **state)
{
    struct ctx *ctx = *state;
    put(ctx, "a", "old");
    __attribute__((cleanup(fd_close))) int fd = open("a", O_RDONLY | O_CLOEXEC);
    put(ctx, "a", "new");
    char text[4] = "";
    assert_int_equal(read(fd, text, 3), 3);
    assert_string_equal(text, "old");
}

static void a_new_file_gets_the_mode_and_an_old_one_keeps_its_own(void **state)
{
    struct ctx *ctx = *state;
    struct stat status;
    mode_t mask = umask(022);
    assert_works(ctx, file_write(ctx, "a", "", 0, 0666));
    assert_int_equal(stat("a", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0644);
    assert_int_equal(chmod("a", 0640), 0);
    assert_works(ctx, file_write(ctx, "a", "", 0, 0666));
    assert_int_equal(stat("a", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    umask(mask);
}

static void a_symbolic_link_stays_one(void **state)
{
    struct ctx *ctx = *state;
    assert_works(ctx, folder_make(ctx, "sub"));
    put(ctx, "sub/target", "old");
    assert_int_equal(symlink("sub/target", "link"), 0);
    put(ctx, "link", "new");
    assert_string_equal(get(ctx, "sub/target"), "new");
    struct stat status;
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

static void failed_writing_leaves_the_old_file_and_nothing_else(void **state)
{
    struct ctx *ctx = *state;
    assert_works(ctx, folder_make(ctx, "a/b"));
    assert_fails(ctx, file_write(ctx, "a", "x", 1, 0644), ERR_FILE, "cannot write a: Is a directory");
    assert_string_equal(names_here(ctx), "a");
    assert_fails(ctx, file_write(ctx, "absent/x", "x", 1, 0644), ERR_FILE,
                 "cannot write absent/x: No such file or directory");
}

static void a_disk_that_fills_up_costs_nothing(void **state)
{
    struct ctx *ctx = *state;
    struct rlimit before, small;
    put(ctx, "a", "old");
    char *text = arena_alloc(ctx->mem, 100000);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    small = (struct rlimit){50000, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int code = file_write(ctx, "a", text, 100000, 0644);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    assert_int_equal(code, ERR_FILE);
    assert_string_equal(ctx->error.message, "cannot write a: File too large");
    assert_string_equal(get(ctx, "a"), "old");
    assert_string_equal(names_here(ctx), "a");
}

static void a_protected_file_is_not_replaced(void **state)
{
    struct ctx *ctx = *state;
    put(ctx, "a", "old");
    assert_int_equal(chmod("a", 0444), 0);
    if (!access("a", W_OK)) /* root may */
        return;
    assert_fails(ctx, file_write(ctx, "a", "x", 1, 0644), ERR_FILE, "cannot write a: Permission denied");
    assert_string_equal(get(ctx, "a"), "old");
}

static void reading_has_a_limit(void **state)
{
    struct ctx *ctx = *state;
    char *text;
    put(ctx, "a", "12345");
    assert_works(ctx, file_read(ctx, "a", 5, &text, NULL));
    assert_fails(ctx, file_read(ctx, "a", 4, &text, NULL), ERR_LIMIT, "a is larger than 4 bytes");
    assert_fails(ctx, file_read(ctx, "/dev/zero", 100000, &text, NULL), ERR_LIMIT,
                 "/dev/zero is larger than 100000 bytes");
}

static void reads_files_that_do_not_know_their_size(void **state)
{
    struct ctx *ctx = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    char block[30000];
    memset(block, 'x', sizeof block);
    assert_int_equal(write(ends[1], block, sizeof block), sizeof block);
    close(ends[1]);
    char *text;
    size_t length;
    char *path = arena_printf(ctx->mem, "/dev/fd/%d", ends[0]);
    assert_works(ctx, file_read(ctx, path, 0, &text, &length));
    close(ends[0]);
    assert_int_equal(length, sizeof block);
    assert_memory_equal(text, block, sizeof block);
}

static void failed_reading_says_why(void **state)
{
    struct ctx *ctx = *state;
    char *text;
    struct names names;
    assert_fails(ctx, file_read(ctx, "absent", 0, &text, NULL), ERR_FILE,
                 "cannot read absent: No such file or directory");
    assert_fails(ctx, file_read(ctx, ".", 0, &text, NULL), ERR_FILE, "cannot read .: Is a directory");
    assert_fails(ctx, folder_list(ctx, "absent", &names), ERR_FILE,
                 "cannot read the folder absent: No such file or directory");
}

static void removes_what_is_there(void **state)
{
    struct ctx *ctx = *state;
    put(ctx, "a", "");
    assert_true(file_exists("a"));
    assert_works(ctx, file_remove(ctx, "a"));
    assert_false(file_exists("a"));
    assert_works(ctx, file_remove(ctx, "a"));
    assert_works(ctx, folder_make(ctx, "d"));
    assert_int_equal(file_remove(ctx, "d"), ERR_FILE);
}

static void makes_folders_with_their_parents(void **state)
{
    struct ctx *ctx = *state;
    assert_works(ctx, folder_make(ctx, "a/b//c/"));
    assert_works(ctx, folder_make(ctx, "a/b"));
    assert_works(ctx, folder_make(ctx, arena_printf(ctx->mem, "%s/z", folder)));
    assert_true(folder_exists("a/b/c"));
    assert_false(file_exists("a/b"));
    put(ctx, "file", "");
    assert_false(folder_exists("file"));
    assert_fails(ctx, folder_make(ctx, "file"), ERR_FILE, "cannot make the folder file: Not a directory");
    assert_fails(ctx, folder_make(ctx, "file/x"), ERR_FILE, "cannot make the folder file/x: Not a directory");
    assert_int_equal(folder_make(ctx, ""), ERR_FILE);
}

static void lists_names_by_bytes(void **state)
{
    struct ctx *ctx = *state;
    const char *names[] = {"b", "B", "10", "9", ".hidden", "\xC3\xA9"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put(ctx, names[i], "");
    assert_string_equal(names_here(ctx), ".hidden 10 9 B b \xC3\xA9");
}

static void no_descriptor_is_left_open(void **state)
{
    struct ctx *ctx = *state;
    char *text;
    int before = dup(0);
    close(before);
    put(ctx, "a", "x");
    get(ctx, "a");
    names_here(ctx);
    file_read(ctx, ".", 0, &text, NULL);
    file_write(ctx, "absent/x", "", 0, 0644);
    int after = dup(0);
    close(after);
    assert_int_equal(before, after);
}

static void paths_are_cut_and_joined(void **state)
{
    struct arena *mem = ((struct ctx *)*state)->mem;
    assert_string_equal(path_join(mem, "a", "b"), "a/b");
    assert_string_equal(path_join(mem, "a/", "b"), "a/b");
    assert_string_equal(path_join(mem, "/", "b"), "/b");
    assert_string_equal(path_join(mem, "a", "/b"), "/b");
    assert_string_equal(path_join(mem, "", "b"), "b");
    assert_string_equal(path_folder(mem, "a/b/c"), "a/b");
    assert_string_equal(path_folder(mem, "/c"), "/");
    assert_string_equal(path_folder(mem, "c"), ".");
    assert_string_equal(path_name("a/b.c"), "b.c");
    assert_string_equal(path_name("b"), "b");
    assert_string_equal(path_stem(mem, "a.d/0001_x.up.sql"), "0001_x.up");
    assert_string_equal(path_stem(mem, "a.d/x"), "x");
    assert_string_equal(path_stem(mem, ".env"), ".env");
}

static void absolute_paths_begin_here(void **state)
{
    struct ctx *ctx = *state;
    char here[4096];
    assert_non_null(getcwd(here, sizeof here));
    assert_string_equal(path_absolute(ctx, "/x"), "/x");
    assert_string_equal(path_absolute(ctx, "."), here);
    assert_string_equal(path_absolute(ctx, "./a"), arena_printf(ctx->mem, "%s/a", here));
    assert_string_equal(path_absolute(ctx, "../a"), arena_printf(ctx->mem, "%s/../a", here));
}

UNIT_TESTS(IN_FOLDER(reads_what_was_written), IN_FOLDER(replaces_without_a_trace),
           IN_FOLDER(the_old_text_stays_readable_through_an_open_descriptor),
           IN_FOLDER(a_new_file_gets_the_mode_and_an_old_one_keeps_its_own), IN_FOLDER(a_symbolic_link_stays_one),
           IN_FOLDER(failed_writing_leaves_the_old_file_and_nothing_else), IN_FOLDER(a_protected_file_is_not_replaced),
           IN_FOLDER(a_disk_that_fills_up_costs_nothing), IN_FOLDER(reading_has_a_limit),
           IN_FOLDER(reads_files_that_do_not_know_their_size), IN_FOLDER(failed_reading_says_why),
           IN_FOLDER(removes_what_is_there), IN_FOLDER(makes_folders_with_their_parents),
           IN_FOLDER(lists_names_by_bytes), IN_FOLDER(no_descriptor_is_left_open), IN_FOLDER(paths_are_cut_and_joined),
           IN_FOLDER(absolute_paths_begin_here))
