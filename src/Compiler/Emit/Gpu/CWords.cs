using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Emit.Gpu;

/// <summary>
/// Names that kernels cannot give to a node: keywords, types and functions of C, CUDA and OpenCL, and the words of the prelude. A formula
/// may call a result <c>length</c> or <c>half</c>.
/// </summary>
internal static class CWords
{
    private const string Keywords =
        "asm auto bool break case catch char class const continue default delete do double dynamic_cast else enum explicit extern false float for friend goto if "
        + "inline int long mutable namespace new operator private protected public register reinterpret_cast restrict return short signed sizeof static "
        + "static_cast struct switch template this throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t while alignas alignof "
        + "and and_eq bitand bitor compl concept consteval constexpr constinit decltype export noexcept not not_eq nullptr or or_eq requires static_assert "
        + "thread_local xor xor_eq near far";

    private const string OpenCl =
        "kernel global local constant generic half uchar ushort uint ulong size_t ptrdiff_t intptr_t uintptr_t pipe image1d_t image2d_t image3d_t sampler_t event_t "
        + "quad complex imaginary half2 float2 float3 float4 double2 double3 double4 int2 int3 int4 long2 long4 uniform read_only write_only read_write unroll";

    private const string Functions =
        "acos acosh asin asinh atan atan2 atanh cbrt ceil clamp copysign cos cosh cross degrees distance dot erf erfc exp exp2 exp10 expm1 fabs fdim floor fma fmax fmin "
        + "fmod fract frexp hypot ilogb isfinite isinf isnan isnormal ldexp length lgamma log log2 log10 log1p logb mad max min mix modf nan nextafter normalize "
        + "pow pown powr radians remainder remquo rint rootn round rsqrt select sign signbit sin sincos sinh sinpi smoothstep sqrt step tan tanh tgamma trunc "
        + "barrier prefetch printf assert abs div rand free malloc memcpy memset clock y0 y1 yn j0 j1 jn gamma index all any hadd rhadd shuffle popcount clz dim3";

    // Of the prelude and of the kernels around the nodes.
    private const string Prelude =
        "real int64 size bits16 bits32 bits8 whole8 maximum minimum bounded signum reciprocal fromBfloat toBfloat fromHalf toHalf Shape "
        + "joinSum joinMaximum pixelSum pixelMaximum totalSum totalMaximum blockSum blockMaximum checked checkedLabel Reduction reduce reduction Section section "
        + "scalars components perClass raw CONSTANT room lane group row h at image pixel targetPixel sampledPlace sampledPixel sourceOf besidePixel inside valid found label logits target allConstants constants partials fault gradient elements upstream "
        + "isIgnored shape sums slots value parameters place n c total v x y b half_ other classes_ labelOf pairOf";

    // Macros of the prelude.
    private const string Macros =
        "CLASSES PIXELS GROUPS ROWS WIDTH HELD KERNEL DEVICE GLOBAL SHARED RESTRICT BARRIER SYNC THREAD BLOCK TABLE INFINITE R ROW OWN "
        + "CLASS EXISTS DENSE UNIT EXACT SINGLE IGNORED VALUE TARGET LOGIT IMAGES KEPT ADDED PARTIAL SECTION FABS "
        + "MAXIMUM MINIMUM BOUNDED SIGNUM RECIPROCAL UPSTREAM FAULTLESS SAMPLED DIMENSIONS PAIRS";

    // In small letters, and in capitals for the precision of pixels.
    private static IEnumerable<string> OfOperations => Operations.All.Where(row => row.Function is not null)
        .SelectMany(row => new[] { row.Function!.ToLowerInvariant(), row.Function.ToUpperInvariant() });

    public static IReadOnlyCollection<string> All { get; } =
        [.. string.Join(" ", Keywords, OpenCl, Functions, Prelude, Macros).Split(' ').Concat(OfOperations).Distinct()];
}
