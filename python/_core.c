/*
 * dbwarden._core: the functions of dbwarden.h for Python, and nothing else.  Limited API, so one build serves every
 * Python from 3.10; heap types and no globals, so it can be loaded in several interpreters; the GIL is released around
 * every call and taken back only to tell of an event, or of a signal that came meanwhile.
 */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030a0000
#include <Python.h>

#include "dbwarden.h"

struct handle {
    PyObject_HEAD dbw *dbw;
    int busy;
};

/* Where events go while a call runs. */
struct listener {
    PyObject *callable; /* NULL: nowhere, but signals are looked at all the same */
    struct handle *handle;
    PyThreadState *thread;          /* of the caller, while it is without the GIL */
    PyObject *type, *value, *trace; /* what it raised; raised again when the call has stopped */
};

/* Runs in the caller's thread. Not PyGILState_Ensure(), which knows the main interpreter alone. */
static void event_tell(void *sink, const char *event)
{
    struct listener *listener = sink;
    PyEval_RestoreThread(listener->thread);
    if (!listener->type) {
        PyObject *result = NULL;
        if (PyErr_CheckSignals() == 0 && listener->callable)
            result = PyObject_CallFunction(listener->callable, "s", event);
        if (PyErr_Occurred()) {
            PyErr_Fetch(&listener->type, &listener->value, &listener->trace);
            dbw_cancel(listener->handle->dbw);
        }
        Py_XDECREF(result);
    }
    listener->thread = PyEval_SaveThread();
}

static int handle_check(struct handle *handle)
{
    if (!handle->dbw)
        PyErr_SetString(PyExc_ValueError, "the handle is closed");
    else if (handle->busy)
        PyErr_SetString(PyExc_RuntimeError, "the handle is in use: one call at a time");
    return handle->dbw && !handle->busy ? 0 : -1;
}

static PyObject *handle_call(PyObject *self, PyObject *args)
{
    struct handle *handle = (struct handle *)self;
    struct listener listener = {.handle = handle};
    const char *command, *request = NULL;
    PyObject *on_event = Py_None;
    char *reply = NULL;
    int status;
    if (!PyArg_ParseTuple(args, "s|zO:call", &command, &request, &on_event) || handle_check(handle) < 0)
        return NULL;
    listener.callable = on_event == Py_None ? NULL : on_event;
    handle->busy = 1;
    listener.thread = PyEval_SaveThread();
    status = dbw_call(handle->dbw, command, request, event_tell, &listener, &reply);
    PyEval_RestoreThread(listener.thread);
    handle->busy = 0;
    if (listener.type) {
        dbw_free(reply);
        PyErr_Restore(listener.type, listener.value, listener.trace);
        return NULL;
    }
    PyObject *result = Py_BuildValue("(iz)", status, reply);
    dbw_free(reply);
    return result;
}

static PyObject *handle_cancel(PyObject *self, PyObject *unused)
{
    struct handle *handle = (struct handle *)self;
    if (handle->dbw)
        dbw_cancel(handle->dbw);
    Py_RETURN_NONE;
}

static PyObject *handle_last_error(PyObject *self, PyObject *unused)
{
    struct handle *handle = (struct handle *)self;
    return handle_check(handle) < 0 ? NULL : Py_BuildValue("z", dbw_last_error(handle->dbw));
}

static PyObject *handle_close(PyObject *self, PyObject *unused)
{
    struct handle *handle = (struct handle *)self;
    if (handle->dbw && handle_check(handle) < 0)
        return NULL;
    dbw_close(handle->dbw);
    handle->dbw = NULL;
    Py_RETURN_NONE;
}

static PyObject *handle_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"options", NULL};
    const char *options = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|z:Handle", names, &options))
        return NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    struct handle *handle = (struct handle *)allocate(type, 0);
    if (handle)
        handle->dbw = dbw_open(options);
    return (PyObject *)handle;
}

static void handle_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    dbw_close(((struct handle *)self)->dbw);
    release(self);
    Py_DECREF(type);
}

static PyMethodDef handle_methods[] = {
    {"call", handle_call, METH_VARARGS,
     "call(command, request=None, on_event=None) -> (status, reply)\n\nRuns a command with a JSON request; the reply is "
     "JSON text. on_event gets each event as JSON text."},
    {"cancel", handle_cancel, METH_NOARGS, "Asks a running call to stop between statements; from any thread."},
    {"last_error", handle_last_error, METH_NOARGS, "The last failure as JSON text, or None."},
    {"close", handle_close, METH_NOARGS, "Ends the handle; a second close does nothing."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot handle_slots[] = {
    {Py_tp_doc, "Handle(options=None): one project; used by one thread at a time."},
    {Py_tp_new, handle_new},
    {Py_tp_dealloc, handle_dealloc},
    {Py_tp_methods, handle_methods},
    {0, NULL},
};

static PyType_Spec handle_spec = {
    .name = "dbwarden._core.Handle",
    .basicsize = sizeof(struct handle),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = handle_slots,
};

static PyObject *core_version(PyObject *self, PyObject *unused)
{
    return PyUnicode_FromString(dbw_version());
}

static PyObject *core_commands(PyObject *self, PyObject *unused)
{
    return PyUnicode_FromString(dbw_commands());
}

static PyObject *core_mask(PyObject *self, PyObject *args)
{
    const char *text;
    if (!PyArg_ParseTuple(args, "s:mask", &text))
        return NULL;
    char *masked = dbw_mask(text);
    PyObject *result = PyUnicode_FromString(masked);
    dbw_free(masked);
    return result;
}

static int core_exec(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&handle_spec);
    if (!type)
        return -1;
    if (PyModule_AddObject(module, "Handle", type) < 0) {
        Py_DECREF(type);
        return -1;
    }
    return 0;
}

static PyMethodDef core_methods[] = {
    {"version", core_version, METH_NOARGS, "The version of the library."},
    {"commands", core_commands, METH_NOARGS, "Every command with its options, as JSON text."},
    {"mask", core_mask, METH_VARARGS, "mask(text) -> text\n\nThe text without the passwords of URLs in it."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot core_slots[] = {{Py_mod_exec, core_exec}, {0, NULL}};

static struct PyModuleDef core_module = {
    PyModuleDef_HEAD_INIT,     .m_name = "dbwarden._core", .m_doc = "The native library.",
    .m_methods = core_methods, .m_slots = core_slots,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&core_module);
}
