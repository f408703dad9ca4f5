// What NVRTC knows by itself, for clang without a CUDA toolkit: enough to compile kernels to PTX and to count what they load and store.
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __align__(n) __attribute__((aligned(n)))
#define __launch_bounds__(n) __attribute__((launch_bounds(n)))
struct ThreadIndex { struct { __device__ operator int() const { return __nvvm_read_ptx_sreg_tid_x(); } } x; };
struct BlockIndex { struct { __device__ operator int() const { return __nvvm_read_ptx_sreg_ctaid_x(); } } x; };
static __device__ const ThreadIndex threadIdx = {};
static __device__ const BlockIndex blockIdx = {};
__device__ static inline float __shfl_down_sync(unsigned mask, float v, int by) { return __nvvm_shfl_sync_down_f32(mask, v, by, 31); }
__device__ static inline double __shfl_down_sync(unsigned mask, double v, int by)
{
    union { double number; int parts[2]; } w;
    w.number = v;
    w.parts[0] = __nvvm_shfl_sync_down_i32(mask, w.parts[0], by, 31);
    w.parts[1] = __nvvm_shfl_sync_down_i32(mask, w.parts[1], by, 31);
    return w.number;
}
// As many steps as CUDA's own take: two constants, then the machine's exponential of a small number.
__device__ static inline float expf(float x)
{
    const float n = __nvvm_fma_rn_f(x, 1.4426950408889634f, 12582912.0f) - 12582912.0f;
    const float r = __nvvm_fma_rn_f(n, -1.9046542e-9f, __nvvm_fma_rn_f(n, -0.69314718f, x));
    return __nvvm_ex2_approx_f(r * 1.4426950408889634f) * __nvvm_ex2_approx_f(n);
}
__device__ static inline float logf(float x) { return __nvvm_lg2_approx_f(x) * 0.6931471805599453f; }
__device__ static inline float fabsf(float x) { return __nvvm_fabs_f(x); }
__device__ static inline double fabs(double x) { return __nvvm_fabs_d(x); }
__device__ static inline float sqrtf(float x) { return __nvvm_sqrt_rn_f(x); }
__device__ static inline double sqrt(double x) { return __nvvm_sqrt_rn_d(x); }
// The rest by name only: the PTX calls them.
#define FUNCTION(name) extern "C" __device__ float name##f(float); extern "C" __device__ double name(double);
FUNCTION(log1p) FUNCTION(expm1) FUNCTION(tanh) FUNCTION(atan) FUNCTION(sinh) FUNCTION(cosh) FUNCTION(erf) FUNCTION(lgamma)
extern "C" __device__ double exp(double);
extern "C" __device__ double log(double);
extern "C" __device__ double floor(double);
extern "C" __device__ double sin(double);
extern "C" __device__ double tan(double);
extern "C" __device__ float powf(float, float);
extern "C" __device__ double pow(double, double);
