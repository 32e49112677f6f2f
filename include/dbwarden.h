/*
 * libdbwarden: versioned database schema changes.  The whole public interface.
 *
 * Commands are the interface: dbw_call(handle, "migrate", "{\"count\": 1}", ...) does what `dbwarden migrate --count 1`
 * does and replies with the document that `--json` prints.  dbw_commands() describes all of them.
 * Handles are independent of each other; one handle is used by one thread at a time, except dbw_cancel().
 */
#ifndef DBWARDEN_H
#define DBWARDEN_H

#ifdef __cplusplus
extern "C" {
#endif

#define DBW_API __attribute__((visibility("default")))

typedef struct dbw dbw;

/*
 * `options` is a JSON object of the global options ("folder", "config", "url", "migrations_dir", "schema_file", "python",
 * "dev"), of "max_memory" in bytes, and of "configuration", for a program that has executed the project's configuration itself:
 * {"source": PATH, "folder": WORKING FOLDER, "entries": [{"file", "line", "keys": {KEY: {"value", "line"}}}]}, so that no file
 * is looked for; or NULL. The result is never NULL; it is closed with dbw_close().
 */
DBW_API dbw *dbw_open(const char *options);
DBW_API void dbw_close(dbw *handle); /* accepts NULL */

/* One event as JSON: {"kind": "info", "text": ..., "done": ..., "total": ...}. Called in the thread of dbw_call(). */
typedef void dbw_event_fn(void *sink, const char *event_json);

/*
 * Runs a command ("migrate", "settings show"). `request` is a JSON object of its options, NULL for none. `reply` gets a JSON
 * document that the caller frees with dbw_free(), also when it fails (then with "error"); it may be NULL.
 * Returns the exit status that the command line would have: 0 done, 1 failed, 2 usage, 3 pending or drift (only if
 * "exit_code" was asked for), 4 locked, 5 cannot connect, 6 stopped by a hook, 130 interrupted.
 */
DBW_API int dbw_call(dbw *handle, const char *command, const char *request, dbw_event_fn *on_event, void *sink,
                     char **reply);
/*
 * Asks a running call to stop between statements; a statement that does not end within some seconds is cancelled, at the second
 * call at once. From any thread, or from a signal handler.
 */
DBW_API void dbw_cancel(dbw *handle);
/* The last failure of this handle as JSON {"code", "message", "hint", "file", "line", ...}; NULL if there was none. Owned by it. */
DBW_API const char *dbw_last_error(const dbw *handle);
DBW_API void dbw_free(char *text); /* accepts NULL */
DBW_API const char *dbw_version(void);
/* Every command with its options, as JSON. Static. */
DBW_API const char *dbw_commands(void);
/* A text that may be shown: passwords and other secrets of the URLs in it are "***". Freed with dbw_free(). */
DBW_API char *dbw_mask(const char *text);

#ifdef __cplusplus
}
#endif
#endif
