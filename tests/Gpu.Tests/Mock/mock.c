// Stands for NVIDIA's driver and for NVRTC in one library: does to memory what they would, runs no kernel, writes down every call, and
// fails where a test says so. Compiled by MockLibrary; -DWITHOUT_name leaves a function out, as a library of another age does.
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

// What happened, a line a call.
static char text[1 << 20];
static size_t used;

static void record(const char* line)
{
    size_t n = strlen(line);
    if (used + n + 2 < sizeof text) { memcpy(text + used, line, n); used += n; text[used++] = '\n'; text[used] = 0; }
}

EXPORT const char* mock_log(void) { return text; }
EXPORT void mock_forget(void) { used = 0; text[0] = 0; }

// What fails: the calls of one function from the n-th on, with an error. Once broken, a context answers everything with its error.
static char failing[64];
static int fails_after, fails_with, broken;

EXPORT void mock_fail(const char* function, int after, int error)
{
    snprintf(failing, sizeof failing, "%s", function);
    fails_after = after;
    fails_with = error;
}

static int fault(const char* function) { return !strcmp(function, failing) && fails_after-- <= 0 ? fails_with : 0; }

// A kernel that goes wrong while it runs: seen by whoever waits for it.
static int breaks_with;
EXPORT void mock_break_at_wait(int error) { breaks_with = error; }

// What exists, and what was done that must not be.
static int live[8], wrong;
enum { MEMORY, PINNED, MODULES, PRIMARY, EVENTS, PROGRAMS };
EXPORT int mock_live(int kind) { return live[kind]; }
EXPORT int mock_wrong(void) { return wrong; }

static int devices = 1, capability = 90, driver = 12080, compiler_major = 12, compiler_minor = 8;
static int architectures[16] = { 50, 60, 70, 80, 90 }, architecture_count = 5;
EXPORT void mock_devices(int count, int capability_, int driver_) { devices = count; capability = capability_; driver = driver_; }
EXPORT void mock_compiler(int major, int minor, int newest)
{
    compiler_major = major; compiler_minor = minor; architectures[architecture_count - 1] = newest;
}
EXPORT void mock_oldest(int oldest) { architectures[0] = oldest; architecture_count = 1; }

// Contexts: each thread's stack.
#define DRIVER ((void*)0x1234)
static _Thread_local void* stack[16];
static _Thread_local int depth;
EXPORT int mock_depth(void) { return depth; }
EXPORT void* mock_current(void) { return depth ? stack[depth - 1] : 0; }
EXPORT void mock_push(void* context) { stack[depth++] = context; }

#define CALL(name) do { record(name); int e_ = fault(name); if (e_) return e_; } while (0)
#define INSIDE(name) do { CALL(name); if (broken) return broken; if (mock_current() != DRIVER) return 201; } while (0)

#ifndef WITHOUT_cuInit
EXPORT int cuInit(unsigned flags) { CALL("cuInit"); return devices == 0 ? 100 : 0; }
#endif
EXPORT int cuDriverGetVersion(int* version) { CALL("cuDriverGetVersion"); *version = driver; return 0; }
EXPORT int cuDeviceGetCount(int* count) { CALL("cuDeviceGetCount"); *count = devices; return 0; }
EXPORT int cuDeviceGet(int* device, int ordinal) { CALL("cuDeviceGet"); *device = 40 + ordinal; return 0; }
EXPORT int cuDeviceGetName(char* name, int length, int device) { CALL("cuDeviceGetName"); snprintf(name, length, "Mock %d", device - 40); return 0; }
EXPORT int cuDeviceGetAttribute(int* value, int attribute, int device)
{
    CALL("cuDeviceGetAttribute");
    *value = attribute == 75 ? capability / 10 : attribute == 76 ? capability % 10 : 0;
    return 0;
}
EXPORT int cuGetErrorName(int error, const char** name)
{
    *name = error == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : error == 701 ? "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES"
        : error == 719 ? "CUDA_ERROR_LAUNCH_FAILED" : error == 200 ? "CUDA_ERROR_INVALID_IMAGE" : error == 500 ? "CUDA_ERROR_NOT_FOUND"
        : error == 999 ? "CUDA_ERROR_UNKNOWN" : 0;
    return *name ? 0 : 1;
}
EXPORT int cuGetErrorString(int error, const char** words) { *words = error == 2 ? "out of memory" : "as the driver says it"; return 0; }

EXPORT int cuDevicePrimaryCtxRetain(void** context, int device) { CALL("cuDevicePrimaryCtxRetain"); *context = DRIVER; live[PRIMARY]++; return 0; }
EXPORT int cuDevicePrimaryCtxRelease_v2(int device) { CALL("cuDevicePrimaryCtxRelease"); live[PRIMARY]--; return 0; }
EXPORT int cuCtxPushCurrent_v2(void* context) { int e = fault("cuCtxPushCurrent"); if (e) return e; if (depth == 16) return 999; stack[depth++] = context; return 0; }
EXPORT int cuCtxPopCurrent_v2(void** context) { if (depth == 0) { wrong++; return 201; } *context = stack[--depth]; return 0; }

// Copies to the device run when somebody waits: what they read has to be there until then.
static struct { void* to; void* from; size_t bytes; } pending[256];
static int pending_count;
static void run_pending(void)
{
    for (int k = 0; k < pending_count; k++) memcpy(pending[k].to, pending[k].from, pending[k].bytes);
    pending_count = 0;
}
static int wait_for_all(void)
{
    run_pending();
    if (breaks_with) { broken = breaks_with; breaks_with = 0; }
    return broken;
}

static void* known_memory[1024];
static size_t known_bytes[1024];
EXPORT int cuMemAlloc_v2(void** memory, size_t bytes)
{
    INSIDE("cuMemAlloc");
    if (bytes > (1u << 30)) return 2;
    *memory = malloc(bytes);
    for (int k = 0; k < 1024; k++) if (!known_memory[k]) { known_memory[k] = *memory; known_bytes[k] = bytes; break; }
    live[MEMORY]++;
    return 0;
}
EXPORT int cuMemFree_v2(void* memory)
{
    INSIDE("cuMemFree");
    run_pending();
    for (int k = 0; k < 1024; k++) if (known_memory[k] == memory) { known_memory[k] = 0; free(memory); live[MEMORY]--; return 0; }
    wrong++;
    return 1;
}
EXPORT int cuMemGetInfo_v2(size_t* left, size_t* all) { INSIDE("cuMemGetInfo"); *left = 111; *all = 222; return 0; }
EXPORT int cuMemAllocHost_v2(void** memory, size_t bytes) { INSIDE("cuMemAllocHost"); *memory = malloc(bytes); live[PINNED]++; return 0; }
EXPORT int cuMemFreeHost(void* memory)
{
    INSIDE("cuMemFreeHost");
    for (int k = 0; k < pending_count; k++) if (pending[k].from == memory) wrong++;
    free(memory);
    live[PINNED]--;
    return 0;
}
EXPORT int cuMemcpyHtoDAsync_v2(void* to, void* from, size_t bytes, void* stream)
{
    char line[80]; snprintf(line, sizeof line, "cuMemcpyHtoDAsync %zu stream %zu", bytes, (size_t)stream); record(line);
    int e = fault("cuMemcpyHtoDAsync"); if (e) return e;
    if (broken) return broken;
    if (mock_current() != DRIVER) return 201;
    if (pending_count == 256) run_pending();
    pending[pending_count].to = to; pending[pending_count].from = from; pending[pending_count++].bytes = bytes;
    return 0;
}
EXPORT int cuMemcpyDtoHAsync_v2(void* to, void* from, size_t bytes, void* stream) { INSIDE("cuMemcpyDtoHAsync"); run_pending(); memcpy(to, from, bytes); return 0; }
EXPORT int cuMemcpyDtoDAsync_v2(void* to, void* from, size_t bytes, void* stream) { INSIDE("cuMemcpyDtoDAsync"); run_pending(); memmove(to, from, bytes); return 0; }
EXPORT int cuMemsetD8Async(void* to, unsigned char value, size_t bytes, void* stream) { INSIDE("cuMemsetD8Async"); run_pending(); memset(to, value, bytes); return 0; }
EXPORT int cuStreamSynchronize(void* stream)
{
    char line[80]; snprintf(line, sizeof line, "cuStreamSynchronize %zu", (size_t)stream); record(line);
    int e = fault("cuStreamSynchronize"); if (e) return e;
    return wait_for_all();
}
EXPORT int cuEventCreate(void** event, unsigned flags) { INSIDE("cuEventCreate"); *event = malloc(1); live[EVENTS]++; return 0; }
EXPORT int cuEventRecord(void* event, void* stream) { INSIDE("cuEventRecord"); return 0; }
EXPORT int cuEventQuery(void* event) { INSIDE("cuEventQuery"); return pending_count ? 600 : 0; }
EXPORT int cuEventSynchronize(void* event) { INSIDE("cuEventSynchronize"); return wait_for_all(); }
EXPORT int cuEventElapsedTime(float* time, void* begin, void* end) { INSIDE("cuEventElapsedTime"); *time = 2.5f; return 0; }
EXPORT int cuEventDestroy_v2(void* event) { INSIDE("cuEventDestroy"); free(event); live[EVENTS]--; return 0; }

// Modules are what the compiler below wrote: "CUBIN" or "PTX", then the text's kernels are looked for in it.
EXPORT int cuModuleLoadDataEx(void** module, const char* image, unsigned count, int* options, void** values)
{
    INSIDE("cuModuleLoadDataEx");
    if (memcmp(image, "CUBIN", 5) && memcmp(image, "PTX", 3))
    {
        for (unsigned k = 0; k < count; k++) if (options[k] == 5) strcpy(values[k], "no image of mine");
        return 200;
    }
    *module = strdup(image);
    live[MODULES]++;
    return 0;
}
EXPORT int cuModuleUnload(void* module) { INSIDE("cuModuleUnload"); free(module); live[MODULES]--; return 0; }
static char names[64][64];
static int name_count;
EXPORT int cuModuleGetFunction(void** function, void* module, const char* name)
{
    INSIDE("cuModuleGetFunction");
    char wanted[80]; snprintf(wanted, sizeof wanted, "%s(", name);
    if (!strstr(module, wanted)) return 500;
    snprintf(names[name_count], 64, "%s", name);
    *function = names[name_count++];
    return 0;
}
EXPORT int cuFuncGetAttribute(int* value, int attribute, void* function) { INSIDE("cuFuncGetAttribute"); *value = attribute == 4 ? 77 : attribute == 3 ? 16 : attribute == 0 ? 640 : 0; return 0; }

// What kernels take, in bytes: scale is that of the device's own tests, others are told.
typedef struct { char name[64]; int count; size_t sizes[16]; } Parameters;
static Parameters takes[16] = { { "scale", 3, { 8, 4, 24 } } };
static int takes_count = 1;
EXPORT void mock_kernel(const char* name, int count, const int* sizes)
{
    Parameters* p = &takes[takes_count++];
    snprintf(p->name, sizeof p->name, "%s", name);
    p->count = count;
    for (int k = 0; k < count; k++) p->sizes[k] = (size_t)sizes[k];
}
static const Parameters* parameters(const char* name)
{
    for (int k = 0; k < takes_count; k++) if (!strcmp(takes[k].name, name)) return &takes[k];
    return 0;
}
#ifndef WITHOUT_cuFuncGetParamInfo
EXPORT int cuFuncGetParamInfo(const char* function, size_t index, size_t* offset, size_t* size)
{
    const Parameters* p = parameters(function);
    if (!p) return 801;
    if (index >= (size_t)p->count) return 1;
    *offset = 8 * index; *size = p->sizes[index];
    return 0;
}
#endif
#ifndef WITHOUT_cuLaunchKernel
EXPORT int cuLaunchKernel(const char* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void* stream, void** arguments, void** extra)
{
    char line[2048];
    const Parameters* p = parameters(f);
    int n = snprintf(line, sizeof line, "cuLaunchKernel %s grid %u %u %u block %u %u %u shared %u stream %zu arguments", f, gx, gy, gz, bx, by, bz, shared, (size_t)stream);
    for (int k = 0; p && k < p->count; k++)
    {
        n += snprintf(line + n, sizeof line - n, " ");
        for (size_t b = 0; b < p->sizes[k]; b++) n += snprintf(line + n, sizeof line - n, "%02x", ((unsigned char*)arguments[k])[b]);
    }
    record(line);
    int e = fault("cuLaunchKernel"); if (e) return e;
    if (broken) return broken;
    return mock_current() == DRIVER ? 0 : 201;
}
#endif

// The compiler: what it gives is its kind, the options and the text.
static char last_options[4096];
EXPORT const char* mock_options(void) { return last_options; }
static int needs_builtins;
EXPORT void mock_need_builtins(void) { needs_builtins = 1; }
typedef struct { char* source; char* image; const char* log; } Program;
EXPORT int nvrtcVersion(int* major, int* minor) { CALL("nvrtcVersion"); *major = compiler_major; *minor = compiler_minor; return 0; }
EXPORT int nvrtcGetNumSupportedArchs(int* count) { *count = architecture_count; return 0; }
#ifndef WITHOUT_nvrtcGetSupportedArchs
EXPORT int nvrtcGetSupportedArchs(int* all) { memcpy(all, architectures, architecture_count * sizeof(int)); return 0; }
#endif
EXPORT int nvrtcCreateProgram(Program** program, const char* source, const char* name, int headers, void* texts, void* header_names)
{
    CALL("nvrtcCreateProgram");
    *program = calloc(1, sizeof(Program)); (*program)->source = strdup(source); (*program)->log = "";
    live[PROGRAMS]++;
    return 0;
}
EXPORT int nvrtcCompileProgram(Program* program, int count, const char** options)
{
    CALL("nvrtcCompileProgram");
    last_options[0] = 0;
    for (int k = 0; k < count; k++) { strcat(last_options, options[k]); strcat(last_options, k + 1 < count ? " " : ""); }
    if (strstr(program->source, "mistake")) { program->log = "lossgen.cu(3): error: identifier \"mistake\" is undefined\n"; return 6; }
    if (needs_builtins && !dlopen("libnvrtc-builtins.so.12.8", RTLD_NOW))
    {
        program->log = "nvrtc: error: failed to open libnvrtc-builtins.so.12.8.\n";
        return 7;
    }
    size_t n = strlen(program->source) + 16;
    program->image = malloc(n);
    snprintf(program->image, n, "%s %s", strstr(last_options, "=sm_") ? "CUBIN" : "PTX", program->source);
    return 0;
}
EXPORT int nvrtcGetProgramLogSize(Program* program, size_t* size) { *size = strlen(program->log) + 1; return 0; }
EXPORT int nvrtcGetProgramLog(Program* program, char* log) { strcpy(log, program->log); return 0; }
EXPORT int nvrtcGetCUBINSize(Program* program, size_t* size) { CALL("nvrtcGetCUBINSize"); *size = strlen(program->image) + 1; return 0; }
EXPORT int nvrtcGetCUBIN(Program* program, char* image) { CALL("nvrtcGetCUBIN"); strcpy(image, program->image); return 0; }
EXPORT int nvrtcGetPTXSize(Program* program, size_t* size) { CALL("nvrtcGetPTXSize"); *size = strlen(program->image) + 1; return 0; }
EXPORT int nvrtcGetPTX(Program* program, char* image) { CALL("nvrtcGetPTX"); strcpy(image, program->image); return 0; }
EXPORT int nvrtcDestroyProgram(Program** program) { CALL("nvrtcDestroyProgram"); free((*program)->source); free((*program)->image); free(*program); live[PROGRAMS]--; return 0; }
EXPORT const char* nvrtcGetErrorString(int error) { return error == 6 ? "NVRTC_ERROR_COMPILATION" : error == 7 ? "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE" : error == 1 ? "NVRTC_ERROR_OUT_OF_MEMORY" : "NVRTC_SUCCESS"; }
