// What the kernels of every loss begin with: one text that NVRTC takes as CUDA C and OpenCL as its C.
//
// A block is PIXELS x GROUPS threads: a thread has one pixel (lane) at a time, and every GROUPS-th class of it, from its group on: HELD
// classes, in registers.
//   PIXELS = 128, GROUPS = 1   few classes: nothing is joined
//   PIXELS = 32, GROUPS = 8    150 classes: 19 a thread, joined through shared memory
//   PIXELS = 1, GROUPS = 256   classes adjacent (channels_last, or no spatial axes): the same text, coalesced along the classes
// A block goes through ROWS rows of PIXELS pixels. The host defines
//   CLASSES PIXELS GROUPS ROWS     the extents; of pairs HELD instead of CLASSES, whose number is the call's
//   LOGIT_TYPE TARGET_TYPE         how logits and target are stored: 0 float, 1 double, 2 half, 3 bfloat16,
//                                  4 int64, 5 int32, 6 int16, 7 uint8, 8 whole8, 9 uint16
//   VALUE_TYPE                     how the value of a reduced loss is stored: 0 to 3
//   PER_IMAGE                      sums are kept for each image
//   DENSE                          the target has a number for each class; otherwise labels
//   IGNORED                        the label that is left out, where the loss declares one
//   OTHER_IGNORED                  more of them, with commas between
//   SINGLE                         labels 0 and 1 of the one class that there is
//   UNIT                           a dense target is a probability: other numbers are a fault
//   PAIRS                          1: the pixels and the classes are rows of embeddings, the target has a label for each of them; 2: they
//                                  are columns, and there is no target
//   ROW_IGNORED                    the label of rows that are in no pair
//   SAMPLED                        target and maps are of a finer grid than the logits
//   DIMENSIONS                     the axes of an image that a loss of neighbours knows
//   EXACT                          no product joins an addition: which pixel has a maximum is asked in a later pass
//   ON_CPU                         the device is a processor, whose compiler takes long for loops with barriers
#define WIDTH (PIXELS * GROUPS)
#ifdef PAIRS
#define CLASSES classes_
#define DENSE 1
#else
#define HELD ((CLASSES + GROUPS - 1) / GROUPS)
#endif

#ifdef __OPENCL_VERSION__
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#ifdef EXACT
#pragma OPENCL FP_CONTRACT OFF
#endif
#define KERNEL __kernel __attribute__((reqd_work_group_size(WIDTH, 1, 1)))
#define DEVICE static inline
#define GLOBAL __global
#define SHARED __local
#define RESTRICT restrict
#define BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
#define SYNC() barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)
#define THREAD ((int)get_local_id(0))
#define BLOCK ((int)get_group_id(0))
#define TABLE __constant
typedef long int64;
typedef ulong size;
typedef ushort bits16;
typedef uint bits32;
typedef uchar bits8;
typedef char whole8;
#else
#define KERNEL extern "C" __global__ __launch_bounds__(WIDTH)
#define DEVICE __device__ static inline
#define GLOBAL
#define SHARED __shared__
#define RESTRICT __restrict__
#define BARRIER() __syncthreads()
#define SYNC() __syncthreads()
#define THREAD ((int)threadIdx.x)
#define BLOCK ((int)blockIdx.x)
#define TABLE __device__ const
typedef long long int64;
typedef unsigned long long size;
typedef unsigned short bits16;
typedef unsigned int bits32;
typedef unsigned char bits8;
typedef signed char whole8;
#endif

// ---- Numbers: pixels in float, in double where the logits are; the scalar section in double ----

#define INFINITE (1.0f / 0.0f)
#define NOT_A_NUMBER (0.0f / 0.0f)
// A NaN of either side comes through: fmax and fmin would drop it.
DEVICE double maximum(double a, double b) { return a >= b || a != a ? a : b; }
DEVICE double minimum(double a, double b) { return a <= b || a != a ? a : b; }
DEVICE double bounded(double x, double low, double high) { return low != low || high != high ? low + high : minimum(maximum(x, low), high); }
DEVICE double signum(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
DEVICE double reciprocal(double x) { return 1 / x; }
DEVICE double sigmoid(double x) { const double e = exp(-fabs(x)); return (x >= 0 ? 1 : e) / (1 + e); }
DEVICE double softplus(double x) { return maximum(x, 0) + log1p(exp(-fabs(x))); }
DEVICE double logcosh(double x) { const double s = sinh(fabs(x) / 2); return fabs(x) < 40 ? log1p(2 * s * s) : fabs(x) - 0.69314718055994531; }

// The derivative of lgamma: recurrence up to 10, then Stirling's series (DLMF 5.5.2, 5.11.2); reflected below 0.
DEVICE double digamma(double x)
{
    double before = 0;
    if (x <= 0) {
        if (x == 0)
            return -1 / x;
        if (floor(x) == x)
            return NOT_A_NUMBER;
        before = -3.14159265358979324 / tan(3.14159265358979324 * (x - floor(x)));
        x = 1 - x;
    }
    for (; x < 10; x += 1)
        before -= 1 / x;
    const double z = 1 / (x * x);
    return before + log(x) - 0.5 / x
        - z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132 - z * (691.0 / 32760 - z / 12))))));
}

DEVICE double trigamma(double x)
{
    double before = 0, sign = 1;
    if (x <= 0) {
        if (floor(x) == x)
            return x - x == 0 ? INFINITE : NOT_A_NUMBER;
        const double s = sin(3.14159265358979324 * (x - floor(x)));
        before = 9.86960440108935862 / (s * s);
        sign = -1;
        x = 1 - x;
    }
    for (; x < 10; x += 1)
        before += sign / (x * x);
    const double r = 1 / x, z = r * r;
    return before + sign * (r + 0.5 * z + z * r * (1.0 / 6 - z * (1.0 / 30 - z * (1.0 / 42 - z * (1.0 / 30 - z * (5.0 / 66 - z * (691.0 / 2730 - z * 7.0 / 6)))))));
}

#if LOGIT_TYPE == 1
typedef double real;
#define R(number) number
#define EXP(x) exp(x)
#define LOG(x) log(x)
#define LOG1P(x) log1p(x)
#define EXPM1(x) expm1(x)
#define SQRT(x) sqrt(x)
#define FABS(x) fabs(x)
#define TANH(x) tanh(x)
#define ATAN(x) atan(x)
#define ERF(x) erf(x)
#define LGAMMA(x) lgamma(x)
#define SINH(x) sinh(x)
#define COSH(x) cosh(x)
#define POW(x, y) pow(x, y)
#define MAXIMUM(a, b) maximum(a, b)
#define MINIMUM(a, b) minimum(a, b)
#define BOUNDED(x, low, high) bounded(x, low, high)
#define SIGNUM(x) signum(x)
#define RECIPROCAL(x) reciprocal(x)
#define SIGMOID(x) sigmoid(x)
#define SOFTPLUS(x) softplus(x)
#define LOGCOSH(x) logcosh(x)
#else
typedef float real;
#define R(number) number##f
#ifdef __OPENCL_VERSION__
#define EXP(x) exp((float)(x))
#define LOG(x) log((float)(x))
#define LOG1P(x) log1p((float)(x))
#define EXPM1(x) expm1((float)(x))
#define SQRT(x) sqrt((float)(x))
#define FABS(x) fabs((float)(x))
#define TANH(x) tanh((float)(x))
#define ATAN(x) atan((float)(x))
#define ERF(x) erf((float)(x))
#define LGAMMA(x) lgamma((float)(x))
#define SINH(x) sinh((float)(x))
#define COSH(x) cosh((float)(x))
#define POW(x, y) pow((float)(x), (float)(y))
#else
#define EXP(x) expf(x)
#define LOG(x) logf(x)
#define LOG1P(x) log1pf(x)
#define EXPM1(x) expm1f(x)
#define SQRT(x) sqrtf(x)
#define FABS(x) fabsf(x)
#define TANH(x) tanhf(x)
#define ATAN(x) atanf(x)
#define ERF(x) erff(x)
#define LGAMMA(x) lgammaf(x)
#define SINH(x) sinhf(x)
#define COSH(x) coshf(x)
#define POW(x, y) powf(x, y)
#endif
DEVICE float MAXIMUM(float a, float b) { return a >= b || a != a ? a : b; }
DEVICE float MINIMUM(float a, float b) { return a <= b || a != a ? a : b; }
DEVICE float BOUNDED(float x, float low, float high) { return low != low || high != high ? low + high : MINIMUM(MAXIMUM(x, low), high); }
DEVICE float SIGNUM(float x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
DEVICE float RECIPROCAL(float x) { return 1 / x; }
DEVICE float SIGMOID(float x) { const float e = EXP(-FABS(x)); return (x >= 0 ? 1 : e) / (1 + e); }
DEVICE float SOFTPLUS(float x) { return MAXIMUM(x, 0) + LOG1P(EXP(-FABS(x))); }
DEVICE float LOGCOSH(float x) { const float s = SINH(FABS(x) / 2); return FABS(x) < 40 ? LOG1P(2 * s * s) : FABS(x) - 0.69314718f; }
#endif
// Rare, and a difference of large numbers: in double.
#define DIGAMMA(x) ((real)digamma((double)(x)))
#define TRIGAMMA(x) ((real)trigamma((double)(x)))

// ---- Storage ----

// bfloat16 is the upper half of a float; rounded to nearest, ties to even.
DEVICE float fromBfloat(bits16 b)
{
    union { bits32 bits; float number; } v;
    v.bits = (bits32)b << 16;
    return v.number;
}

DEVICE bits16 toBfloat(float x)
{
    union { bits32 bits; float number; } v;
    v.number = x;
    return x != x ? (bits16)0x7FC0 : (bits16)((v.bits + 0x7FFFu + ((v.bits >> 16) & 1u)) >> 16);
}

#ifndef __OPENCL_VERSION__
DEVICE float fromHalf(bits16 h) { float x; asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(h)); return x; }
DEVICE bits16 toHalf(float x) { bits16 h; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(x)); return h; }
#endif

#if LOGIT_TYPE == 2
#ifdef __OPENCL_VERSION__
#define LOGIT half
#define LOAD_LOGIT(p, i) vload_half(i, p)
#define STORE_LOGIT(p, i, v) vstore_half(v, i, p)
#else
#define LOGIT bits16
#define LOAD_LOGIT(p, i) fromHalf((p)[i])
#define STORE_LOGIT(p, i, v) ((p)[i] = toHalf(v))
#endif
#elif LOGIT_TYPE == 3
#define LOGIT bits16
#define LOAD_LOGIT(p, i) fromBfloat((p)[i])
#define STORE_LOGIT(p, i, v) ((p)[i] = toBfloat(v))
#else
#define LOGIT real
#define LOAD_LOGIT(p, i) ((p)[i])
#define STORE_LOGIT(p, i, v) ((p)[i] = (v))
#endif

#if TARGET_TYPE == 0
#define TARGET float
#elif TARGET_TYPE == 1
#define TARGET double
#elif TARGET_TYPE == 2 && defined(__OPENCL_VERSION__)
#define TARGET half
#elif TARGET_TYPE == 2 || TARGET_TYPE == 3
#define TARGET bits16
#elif TARGET_TYPE == 4
#define TARGET int64
#elif TARGET_TYPE == 5
#define TARGET int
#elif TARGET_TYPE == 6
#define TARGET short
#elif TARGET_TYPE == 7
#define TARGET bits8
#elif TARGET_TYPE == 8
#define TARGET whole8
#else
#define TARGET bits16
#endif
#if TARGET_TYPE == 2 && defined(__OPENCL_VERSION__)
#define LOAD_TARGET(p, i) vload_half(i, p)
#elif TARGET_TYPE == 2
#define LOAD_TARGET(p, i) fromHalf((p)[i])
#elif TARGET_TYPE == 3
#define LOAD_TARGET(p, i) fromBfloat((p)[i])
#else
#define LOAD_TARGET(p, i) ((p)[i])
#endif

// After a fault the value says so.
#define FAULTLESS(v) (*fault ? NOT_A_NUMBER : (v))
#if VALUE_TYPE == 1
#define VALUE double
#define STORE_VALUE(i, v) (value[i] = (section.adds ? value[i] : 0) + section.weight * FAULTLESS(v))
#elif VALUE_TYPE == 2 && defined(__OPENCL_VERSION__)
#define VALUE half
#define STORE_VALUE(i, v) vstore_half((float)FAULTLESS(v), i, value)
#elif VALUE_TYPE == 2
#define VALUE bits16
#define STORE_VALUE(i, v) (value[i] = toHalf((float)FAULTLESS(v)))
#elif VALUE_TYPE == 3
#define VALUE bits16
#define STORE_VALUE(i, v) (value[i] = toBfloat((float)FAULTLESS(v)))
#else
#define VALUE float
#define STORE_VALUE(i, v) (value[i] = (float)FAULTLESS(v))
#endif

// ---- A pass over the pixels ----

// Which memory a call has: strides in elements, so that any layout is read without a copy.
typedef struct {
    int64 images, pixels;
    int64 logitImage, logitClass, logitPixel;
    int64 targetImage, targetClass, targetPixel;
    int64 gradientImage, gradientClass, gradientPixel;
    int64 constants, sums;
    int blocks, blocksOfImage;
    int depth, height, width, targetDepth, targetHeight, targetWidth, takesFirst, classes;
} Shape;

// A matrix of pairs is the evaluator's own, and its gradient lies where it did: a thread has read a number when it writes its gradient.
#ifdef PAIRS
#define LOGITS_RESTRICT
#else
#define LOGITS_RESTRICT RESTRICT
#endif
#define PASS_PARAMETERS \
    GLOBAL const LOGIT* LOGITS_RESTRICT logits, GLOBAL const TARGET* RESTRICT target, GLOBAL const real* RESTRICT allConstants, \
    GLOBAL real* RESTRICT partials, GLOBAL int* RESTRICT fault, GLOBAL LOGIT* LOGITS_RESTRICT gradient, GLOBAL real* RESTRICT elements, \
    GLOBAL const real* RESTRICT upstream_, Shape shape

// More than that a thread cannot hold: the compiler puts it into memory, and a loop written out so often is no faster.
#if HELD <= 32
#define EACH_HELD _Pragma("unroll") for (int h = 0; h < HELD; h++)
#else
#define EACH_HELD for (int h = 0; h < HELD; h++)
#endif
// Sums over the pixels, one after the other. A processor's compiler makes a region of its own of what lies between two barriers: unrolled,
// 19 classes took one 8 s, 150 took 20 s. A GPU must unroll, or the sums lie in memory.
#ifdef ON_CPU
#define EACH_TOTAL _Pragma("nounroll") for (int h = 0; h < HELD; h++)
#else
#define EACH_TOTAL EACH_HELD
#endif
#define EACH_ROW for (int row = 0; row < ROWS; row++)
// The class of a held row, and whether there is one: the last row may be short.
#define CLASS (h * GROUPS + group)
#ifdef PAIRS
#define EXISTS (CLASS < CLASSES)
#else
#define EXISTS (CLASSES % GROUPS == 0 || CLASS < CLASSES)
#endif
#define SKIP_MISSING() if (!EXISTS) continue

// Over the classes of a pixel: the threads with the same lane. Everybody gets the result.
DEVICE real joinSum(real v, SHARED real* room)
{
#if GROUPS > 1
    BARRIER();
    room[THREAD] = v;
    BARRIER();
#if GROUPS <= 32
    v = 0;
    for (int g = 0; g < GROUPS; g++)
        v += room[g * PIXELS + THREAD % PIXELS];
#else
    for (int half_ = WIDTH / 2; half_ >= PIXELS; half_ /= 2) {
        if (THREAD < half_)
            room[THREAD] += room[THREAD + half_];
        BARRIER();
    }
    v = room[THREAD % PIXELS];
#endif
#endif
    return v;
}

DEVICE real joinMaximum(real v, SHARED real* room)
{
#if GROUPS > 1
    BARRIER();
    room[THREAD] = v;
    BARRIER();
#if GROUPS <= 32
    for (int g = 0; g < GROUPS; g++)
        v = MAXIMUM(v, room[g * PIXELS + THREAD % PIXELS]);
#else
    for (int half_ = WIDTH / 2; half_ >= PIXELS; half_ /= 2) {
        if (THREAD < half_)
            room[THREAD] = MAXIMUM(room[THREAD], room[THREAD + half_]);
        BARRIER();
    }
    v = room[THREAD % PIXELS];
#endif
#endif
    return v;
}

// Over the pixels of a block: the threads of the same group, always in the same order. The thread with lane 0 has the result.
#define ADDED(a, b) ((a) + (b))
#define PIXEL_TREE(name, JOIN) \
    DEVICE real name(real v, SHARED real* room) \
    { \
        BARRIER(); \
        room[THREAD] = v; \
        BARRIER(); \
        for (int half_ = PIXELS / 2; half_ > 0; half_ /= 2) { \
            if (THREAD % PIXELS < half_) \
                room[THREAD] = JOIN(room[THREAD], room[THREAD + half_]); \
            BARRIER(); \
        } \
        return room[THREAD - THREAD % PIXELS]; \
    }
#define PIXEL_LINE(name, JOIN) \
    DEVICE real name(real v, SHARED real* room) \
    { \
        BARRIER(); \
        room[THREAD] = v; \
        BARRIER(); \
        if (THREAD % PIXELS == 0) \
            for (int k = 1; k < PIXELS; k++) \
                v = JOIN(v, room[THREAD + k]); \
        return v; \
    }
// A function with barriers in another one is more than some compilers for processors support.
#define BLOCK_LINE(name, JOIN) \
    DEVICE real name(real v, SHARED real* room) \
    { \
        BARRIER(); \
        room[THREAD] = v; \
        BARRIER(); \
        if (THREAD == 0) \
            for (int k = 1; k < WIDTH; k++) \
                v = JOIN(v, room[k]); \
        return v; \
    }
#define PIXEL_WARPS(name, JOIN) \
    DEVICE real name(real v, SHARED real* room) \
    { \
        for (int half_ = (PIXELS < 32 ? PIXELS : 32) / 2; half_ > 0; half_ /= 2) { \
            const real other = __shfl_down_sync(0xffffffffu, v, half_); \
            v = JOIN(v, other); \
        } \
        if (PIXELS > 32) { \
            BARRIER(); \
            if (THREAD % 32 == 0) \
                room[THREAD / 32] = v; \
            BARRIER(); \
            if (THREAD % PIXELS == 0) \
                for (int w = 1; w < PIXELS / 32; w++) \
                    v = JOIN(v, room[THREAD / 32 + w]); \
        } \
        return v; \
    }
#if defined(ON_CPU)
PIXEL_LINE(pixelSum, ADDED)
PIXEL_LINE(pixelMaximum, MAXIMUM)
#elif defined(__OPENCL_VERSION__)
PIXEL_TREE(pixelSum, ADDED)
PIXEL_TREE(pixelMaximum, MAXIMUM)
#else
PIXEL_WARPS(pixelSum, ADDED)
PIXEL_WARPS(pixelMaximum, MAXIMUM)
#endif

// Over all threads of a block. The first has the result.
#define BLOCK_TOTAL(name, pixels_, JOIN) \
    DEVICE real name(real v, SHARED real* room) \
    { \
        v = pixels_(v, room); \
        if (GROUPS > 1) { \
            BARRIER(); \
            if (THREAD % PIXELS == 0) \
                room[THREAD / PIXELS] = v; \
            BARRIER(); \
            if (THREAD == 0) \
                for (int g = 1; g < GROUPS; g++) \
                    v = JOIN(v, room[g]); \
        } \
        return v; \
    }
#ifdef ON_CPU
BLOCK_LINE(totalSum, ADDED)
BLOCK_LINE(totalMaximum, MAXIMUM)
#else
BLOCK_TOTAL(totalSum, pixelSum, ADDED)
BLOCK_TOTAL(totalMaximum, pixelMaximum, MAXIMUM)
#endif

#ifdef PAIRS
#define BEGIN_CLASSES(own) const int classes_ = (own).classes
#else
#define BEGIN_CLASSES(own)
#endif
#define BEGIN_BLOCK() \
    SHARED real room[WIDTH]; \
    BEGIN_CLASSES(shape); \
    const int lane = THREAD % PIXELS, group = THREAD / PIXELS

// Which place along an axis is read beyond its ends: none, the last one, or that of the axis mirrored there, which is not repeated.
DEVICE int sourceOf(int place, int length, int border)
{
    if (place >= 0 && place < length)
        return place;
    if (border == 0)
        return -1;
    if (border == 1 || length == 1)
        return place < 0 ? 0 : length - 1;
    const int period = 2 * (length - 1), within = (place % period + period) % period;
    return within < length ? within : period - within;
}

DEVICE int64 besidePixel(int64 pixel, int length, int64 inner, int by, int border)
{
    const int place = (int)(pixel / inner % length), source = sourceOf(place + by, length, border);
    return source < 0 ? -1 : pixel + (int64)(source - place) * inner;
}

// A pixel of a coarser output takes what lies in the middle of what it covers in the target, or what comes first.
#ifdef SAMPLED
DEVICE int64 sampledPlace(int64 place, int64 extent, int64 target, int takesFirst)
{
    return takesFirst ? place * target / extent : (2 * place + 1) * target / (2 * extent);
}
DEVICE int64 sampledPixel(int64 pixel, int64 height, int64 width, int64 depth, int64 targetHeight, int64 targetWidth, int64 targetDepth, int takesFirst)
{
    const int64 row = pixel / width, slice = row / height;
    const int64 z = sampledPlace(slice, depth, targetDepth, takesFirst), y = sampledPlace(row - slice * height, height, targetHeight, takesFirst);
    return (z * targetHeight + y) * targetWidth + sampledPlace(pixel - row * width, width, targetWidth, takesFirst);
}
#define TARGET_PIXELS ((int64)shape.targetDepth * shape.targetHeight * shape.targetWidth)
#define TARGET_PIXEL \
    sampledPixel(pixel, shape.height, shape.width, shape.depth, shape.targetHeight, shape.targetWidth, shape.targetDepth, shape.takesFirst)
#else
#define TARGET_PIXELS shape.pixels
#define TARGET_PIXEL pixel
#endif

// Block b has PIXELS * ROWS pixels: counted through the batch, or, where sums are kept for each image, of one image.
#ifdef PER_IMAGE
#define BEGIN_PIXEL() \
    const int64 image = BLOCK / shape.blocksOfImage; \
    const int64 pixel = ((int64)(BLOCK % shape.blocksOfImage) * ROWS + row) * PIXELS + lane, at = image * shape.pixels + pixel; \
    const int inside = pixel < shape.pixels; \
    const int64 targetPixel = TARGET_PIXEL
#define BEGIN_CONSTANTS(rows, shared) \
    GLOBAL const real* RESTRICT constants = allConstants + shape.constants + (int64)(BLOCK / shape.blocksOfImage) * ((rows) * CLASSES + (shared))
#else
#define BEGIN_PIXEL() \
    const int64 at = ((int64)BLOCK * ROWS + row) * PIXELS + lane; \
    const int inside = at < shape.images * shape.pixels; \
    const int64 image = inside ? at / shape.pixels : 0, pixel = inside ? at - image * shape.pixels : 0; \
    const int64 targetPixel = TARGET_PIXEL
#define BEGIN_CONSTANTS(rows, shared) GLOBAL const real* RESTRICT constants = allConstants + shape.constants
#endif
// Numbers for each class are held like the logits, unless they are too many.
#define CONSTANT(held, k, rows) ((rows) * HELD <= 64 ? (held)[h] : constants[(k) * CLASSES + CLASS])
#define OWN (inside && group == 0)

#define LOGIT_AT ((size)(image * shape.logitImage + pixel * shape.logitPixel) + (size)CLASS * (size)shape.logitClass)
#define TARGET_AT ((size)(image * shape.targetImage + targetPixel * shape.targetPixel) + (size)CLASS * (size)shape.targetClass)
#define GRADIENT_AT ((size)(image * shape.gradientImage + pixel * shape.gradientPixel) + (size)CLASS * (size)shape.gradientClass)
#define ELEMENT_AT ((size)((image * CLASSES + CLASS) * shape.pixels + pixel))
#define READ_LOGIT() (inside ? LOAD_LOGIT(logits, LOGIT_AT) : 0)
#define READ_PIXEL(map) (inside ? (map)[at] : 0)
#define READ_CLASS(map) (inside ? (map)[ELEMENT_AT] : 0)
// The loss's own inputs lie as the target does.
#define READ_PIXEL_INPUT(map) (inside ? (map)[image * TARGET_PIXELS + targetPixel] : 0)
#define READ_CLASS_INPUT(map) (inside ? (map)[(image * CLASSES + CLASS) * TARGET_PIXELS + targetPixel] : 0)
// Without an upstream gradient each value counts once.
#define READ_UPSTREAM() (inside ? (upstream_ ? upstream_[at] : 1) : 0)
#define READ_CLASS_UPSTREAM() (inside ? (upstream_ ? upstream_[ELEMENT_AT] : 1) : 0)
// A neighbour along an axis of the image: its place among the pixels, below 0 where there is none.
#ifndef DIMENSIONS
#define DIMENSIONS 2
#endif
#define AXIS_SIZE(axis) ((axis) + 3 - DIMENSIONS == 0 ? shape.depth : (axis) + 3 - DIMENSIONS == 1 ? shape.height : shape.width)
#define AXIS_INNER(axis) ((axis) + 3 - DIMENSIONS == 0 ? (int64)shape.height * shape.width : (axis) + 3 - DIMENSIONS == 1 ? (int64)shape.width : 1)
#define BEGIN_NEIGHBOUR(k, axis, by, border) const int64 beside##k = besidePixel(pixel, AXIS_SIZE(axis), AXIS_INNER(axis), by, border)
#define HAS_NEIGHBOUR(k) (beside##k >= 0 ? R(1.0) : R(0.0))
#define READ_LOGIT_OF_NEIGHBOUR(k) \
    (inside && beside##k >= 0 \
        ? LOAD_LOGIT(logits, (size)(image * shape.logitImage + beside##k * shape.logitPixel) + (size)CLASS * (size)shape.logitClass) : 0)
#define READ_PIXEL_OF_NEIGHBOUR(k, map) (inside && beside##k >= 0 ? (map)[image * shape.pixels + beside##k] : 0)
#define READ_CLASS_OF_NEIGHBOUR(k, map) (inside && beside##k >= 0 ? (map)[(image * CLASSES + CLASS) * shape.pixels + beside##k] : 0)
#define STORE_GRADIENT(v) STORE_LOGIT(gradient, GRADIENT_AT, v)
// Maps that the gradient reads of the value lie behind the sums over pixels, others in memory of the evaluator: behind so many with
// classes, and without, of the same memory.
#define MAPS_BEFORE(perClass, perPixel) ((size)((perClass) * CLASSES + (perPixel)) * (size)(shape.images * shape.pixels))
#define KEPT_MAP(perClass, perPixel) ((GLOBAL real*)(sums_ + shape.sums) + MAPS_BEFORE(perClass, perPixel))
#define SCRATCH_MAP(perClass, perPixel) (maps_ + MAPS_BEFORE(perClass, perPixel))
#define STORE_PIXEL(map, v) ((map)[at] = (v))
#define STORE_CLASS(map, v) ((map)[ELEMENT_AT] = (v))
#define STORE_ELEMENT(v) (elements[at] = (v))
#define STORE_CLASS_ELEMENT(v) (elements[ELEMENT_AT] = (v))
#define PARTIAL(statistic) partials[(size)(statistic) * (size)shape.blocks + (size)BLOCK]
#define CLASS_TOTAL(k, v) { const real total = pixelSum(v, room); if (lane == 0 && EXISTS) PARTIAL((k) * CLASSES + CLASS) = total; }
#define CLASS_MAXIMUM(k, v) { const real total = pixelMaximum(v, room); if (lane == 0 && EXISTS) PARTIAL((k) * CLASSES + CLASS) = total; }
#define PIXEL_TOTAL(before, k, v) { const real total = totalSum(v, room); if (THREAD == 0) PARTIAL((before) * CLASSES + (k)) = total; }
#define PIXEL_MAXIMUM(before, k, v) { const real total = totalMaximum(v, room); if (THREAD == 0) PARTIAL((before) * CLASSES + (k)) = total; }

#ifdef DENSE
DEVICE real checked(real y, GLOBAL int* fault)
{
#ifdef UNIT
    if (!(y > -0.5f && y < 2) && y == y)
        *fault = 1;
#endif
    return y;
}
#if PAIRS == 1
// Of two views of the same samples, which have no labels, row i and row i + N / 2 belong together. -1: no pair.
DEVICE int64 labelOf(GLOBAL const TARGET* target, int64 row, int64 stride, int64 rows)
{
    return target ? (int64)LOAD_TARGET(target, (size)(row * stride)) : row % (rows / 2);
}
#ifdef ROW_IGNORED
#define IS_ROW_IGNORED(label) ((label) == ROW_IGNORED)
#else
#define IS_ROW_IGNORED(label) 0
#endif
DEVICE real pairOf(int64 own, int64 other, int isSelf)
{
    return isSelf || IS_ROW_IGNORED(own) || IS_ROW_IGNORED(other) ? R(-1.0) : own == other ? R(1.0) : R(0.0);
}
#define READ_RAW_TARGET() (inside ? pairOf(found, labelOf(target, CLASS, shape.targetImage, shape.pixels), pixel == CLASS) : (real)IGNORED)
#define BEGIN_TARGET() const int64 found = inside ? labelOf(target, pixel, shape.targetImage, shape.pixels) : 0; const int valid = inside
#elif PAIRS == 2
#define READ_TARGET() (inside && pixel == CLASS ? R(1.0) : R(0.0))
#define BEGIN_TARGET() const int valid = inside
#endif
#ifdef IGNORED
#ifndef PAIRS
#define READ_RAW_TARGET() (inside ? (real)LOAD_TARGET(target, TARGET_AT) : (real)IGNORED)
#endif
#define IS_VALID_TARGET(raw) ((raw) != IGNORED)
#define VALID_TARGET(raw) (IS_VALID_TARGET(raw) ? checked(raw, fault) : 0)
#endif
#ifndef PAIRS
#define BEGIN_TARGET() const int valid = inside
#define READ_TARGET() (inside ? checked((real)LOAD_TARGET(target, TARGET_AT), fault) : 0)
#endif
#else
#ifdef SINGLE
#define FIRST_LABEL 1
#else
#define FIRST_LABEL 0
#endif
#ifdef OTHER_IGNORED
DEVICE int isIgnored(int64 label)
{
    const int others[] = { OTHER_IGNORED };
    int found = label == IGNORED;
    _Pragma("unroll") for (int k = 0; k < (int)(sizeof(others) / sizeof(int)); k++)
        found |= label == others[k];
    return found;
}
#define IS_IGNORED(label) isIgnored(label)
#elif defined(IGNORED)
#define IS_IGNORED(label) ((label) == IGNORED)
#else
#define IS_IGNORED(label) 0
#endif
// The label's class; below 0 where no class has it. A label that there is no class for is a fault, which makes the value NaN.
DEVICE int checkedLabel(int64 label, int isRead, GLOBAL int* fault)
{
    if (!isRead)
        return -1;
    if (label < 0 || label >= CLASSES + FIRST_LABEL) {
        *fault = 1;
        return -1;
    }
    return (int)label - FIRST_LABEL;
}
#define BEGIN_LABEL() \
    const int64 found = inside ? (int64)LOAD_TARGET(target, (size)(image * shape.targetImage + targetPixel * shape.targetPixel)) : 0; \
    const int valid = inside && !IS_IGNORED(found), label = checkedLabel(found, valid, fault)
#endif

// ---- Sums over the blocks, and the scalar section ----

// Over a whole block in double. Everybody gets the result.
DEVICE double blockSum(double v, SHARED double* room)
{
    BARRIER();
    room[THREAD] = v;
    BARRIER();
    for (int half_ = WIDTH / 2; half_ > 0; half_ /= 2) {
        if (THREAD < half_)
            room[THREAD] += room[THREAD + half_];
        BARRIER();
    }
    return room[0];
}

DEVICE double blockMaximum(double v, SHARED double* room)
{
    BARRIER();
    room[THREAD] = v;
    BARRIER();
    for (int half_ = WIDTH / 2; half_ > 0; half_ /= 2) {
        if (THREAD < half_)
            room[THREAD] = maximum(room[THREAD], room[THREAD + half_]);
        BARRIER();
    }
    return room[0];
}

// partials[statistic][block] to sums[image][statistic], a block each, in a fixed order. Some of the statistics are maxima.
typedef struct {
    int64 sums;
    int count, blocks, blocksOfImage, firstClassMaximum, endOfClasses, firstPixelMaximum;
} Reduction;

KERNEL void reduce(GLOBAL const real* RESTRICT partials, GLOBAL double* RESTRICT sums, Reduction reduction)
{
    SHARED double room[WIDTH];
    const int image = BLOCK / reduction.count, statistic = BLOCK % reduction.count;
    const int isMaximum = statistic < reduction.endOfClasses ? statistic >= reduction.firstClassMaximum : statistic >= reduction.firstPixelMaximum;
    double v = isMaximum ? -INFINITE : 0;
    for (int b = THREAD; b < reduction.blocksOfImage; b += WIDTH) {
        const double part = partials[(size)statistic * (size)reduction.blocks + (size)(image * reduction.blocksOfImage + b)];
        v = isMaximum ? maximum(v, part) : v + part;
    }
    v = isMaximum ? blockMaximum(v, room) : blockSum(v, room);
    if (THREAD == 0)
        sums[reduction.sums + BLOCK] = v;
}

typedef struct {
    int64 pixels;
    double scale, weight; // of the gradient that arrives; of the value, which may be added to what is there
    int images, adds, classes, unused;
} Section;

#define SCALAR_PARAMETERS \
    GLOBAL const double* RESTRICT sums, GLOBAL real* constants, GLOBAL double* slots, GLOBAL VALUE* RESTRICT value, \
    GLOBAL const double* RESTRICT parameters, GLOBAL const real* RESTRICT upstream, GLOBAL const int* RESTRICT fault, Section section
#define BEGIN_SCALARS() \
    SHARED double room[WIDTH]; \
    BEGIN_CLASSES(section)
#define IS_FIRST (THREAD == 0)
#define IMAGES section.images
#define PIXELS_OF_IMAGE section.pixels
#ifdef PER_IMAGE
#define KEPT section.images
#else
#define KEPT 1
#endif
#define UPSTREAM(i) ((upstream ? (double)upstream[i] : 1.0) * section.scale)
#define EACH_CLASS for (int c = THREAD; c < CLASSES; c += WIDTH)
#define EACH_IMAGE for (int n = THREAD; n < IMAGES; n += WIDTH)
#define EACH_IMAGE_CLASS \
    for (int place = THREAD, n = place / CLASSES, c = place % CLASSES; place < IMAGES * CLASSES; place += WIDTH, n = place / CLASSES, c = place % CLASSES)
#define ALL_CLASSES for (int c = 0; c < CLASSES; c++)
#define ALL_IMAGES for (int n = 0; n < IMAGES; n++)
#define ALL_IMAGE_CLASSES ALL_IMAGES ALL_CLASSES
