using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LossGen.Simd;

/// <summary>
/// exp(x) for x at most 0 (or NaN) of 16 floats, with a table in two registers, which AVX-512 looks 16 numbers up in at once: x = (k +
/// j/32) ln 2 + r with |r| at most ln 2 / 64, so that two steps of a polynomial are enough where others need five. At most 5.8 ulp, 3 from
/// -8 on (<see cref="VectorMath{V, T}.ExpNonPositive"/>: 5.3 and 3, and other bits). Below -126 ln 2, where results are subnormal, it falls
/// to 0 in a straight line, and is 0 from -127 ln 2 on. An instance holds the numbers that it takes, in registers.
/// </summary>
internal readonly unsafe struct TableExponential : IExponential<TableExponential, V512<float>>
{
    private const int Lanes = 16;

    private static readonly float* s_memory = Memory();

    /// <summary>
    /// The numbers are in memory. Asked before kernels are compiled, so that they take its address for a constant: they would otherwise ask
    /// in each loop whether it is there yet, and keep what they need over that call, which costs the value of a sigmoid loss 5 %.
    /// </summary>
    public static bool IsReady => s_memory != null;

    // 1.5 * 2^18: a number added to it is rounded to a multiple of 1/32; the last five bits of the sum are j, those before them k.
    private readonly Vector512<float> shifter;

    // -127 ln 2: k is -127 and j is 0, so that all bits of the power are 0, and so is the product.
    private readonly Vector512<float> smallest;

    private readonly Vector512<float> perLn2;
    private readonly Vector512<float> minusLn2;

    // exp(r) = 1 + r (linear + half r), at most 5.3e-8 off: the cubic term's best line in place of r.
    private readonly Vector512<float> half;
    private readonly Vector512<float> linear;
    private readonly Vector512<float> one;

    // The bits of 2^(j/32), less those that j leaves when the sum above is shifted to where the exponent is.
    private readonly Vector512<int> lowPowers;
    private readonly Vector512<int> highPowers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TableExponential(
        Vector512<float> shifter, Vector512<float> smallest, Vector512<float> perLn2, Vector512<float> minusLn2,
        Vector512<float> half, Vector512<float> linear, Vector512<float> one,
        Vector512<int> lowPowers, Vector512<int> highPowers)
    {
        this.shifter = shifter;
        this.smallest = smallest;
        this.perLn2 = perLn2;
        this.minusLn2 = minusLn2;
        this.half = half;
        this.linear = linear;
        this.one = one;
        this.lowPowers = lowPowers;
        this.highPowers = highPowers;
    }

    /// <summary>As constants, which the compiler makes where it needs them: for single exponentials, and loops without branches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TableExponential Constant() => new(
        Vector512.Create(393216f),
        Vector512.Create(-88.0296919f),
        Vector512.Create((float)1.4426950408889634074),
        Vector512.Create((float)-0.69314718055994530942),
        Vector512.Create(0.5f),
        Vector512.Create(1.00001466f),
        Vector512<float>.One,
        Vector512.Create(
            0x3F800000, 0x3F7ECD87, 0x3F7DAAC3, 0x3F7C980F, 0x3F7B95C2, 0x3F7AA43A, 0x3F79C3D3, 0x3F78F4F0,
            0x3F7837F0, 0x3F778D3A, 0x3F76F532, 0x3F767043, 0x3F75FED7, 0x3F75A15B, 0x3F75583F, 0x3F7523F6),
        Vector512.Create(
            0x3F7504F3, 0x3F74FBAF, 0x3F7508A4, 0x3F752C4D, 0x3F75672A, 0x3F75B9BE, 0x3F76248C, 0x3F76A81E,
            0x3F7744FD, 0x3F77FBB8, 0x3F78CCDF, 0x3F79B907, 0x3F7AC0C7, 0x3F7BE4BA, 0x3F7D257D, 0x3F7E83B3));

    /// <summary>
    /// From memory, of which the compiler does not know that it holds constants: it keeps the registers through a loop with branches, where
    /// it would make constants anew in every round.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TableExponential Load()
    {
        float* at = s_memory;
        return new(
            Vector512.Load(at), Vector512.Load(at + Lanes), Vector512.Load(at + (2 * Lanes)),
            Vector512.Load(at + (3 * Lanes)), Vector512.Load(at + (4 * Lanes)), Vector512.Load(at + (5 * Lanes)),
            Vector512.Load(at + (6 * Lanes)), Vector512.Load((int*)at + (7 * Lanes)), Vector512.Load((int*)at + (8 * Lanes)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V512<float> Of(V512<float> x) => new() { v = Of(x.v) };

    /// <inheritdoc cref="Of(V512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Of(Vector512<float> x)
    {
        // NaN is handed on: the machine's maximum gives its second operand if that is one.
        Vector512<float> a = Avx512F.Max(smallest, x);
        Vector512<float> s = Avx512F.FusedMultiplyAdd(a, perLn2, shifter);
        Vector512<float> r = Avx512F.FusedMultiplyAdd(s - shifter, minusLn2, a);
        Vector512<float> p = Avx512F.FusedMultiplyAdd(Avx512F.FusedMultiplyAdd(half, r, linear), r, one);
        return p * (Avx512F.PermuteVar16x32x2(lowPowers, s.AsInt32(), highPowers) + (s.AsInt32() << 18)).AsSingle();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OfFour(ref V512<float> x0, ref V512<float> x1, ref V512<float> x2, ref V512<float> x3)
    {
        x0 = Of(x0);
        x1 = Of(x1);
        x2 = Of(x2);
        x3 = Of(x3);
    }

    // Never freed.
    private static float* Memory()
    {
        var memory = (TableExponential*)NativeMemory.AlignedAlloc((nuint)sizeof(TableExponential), (nuint)(Lanes * sizeof(float)));
        *memory = Constant();
        return (float*)memory;
    }
}
