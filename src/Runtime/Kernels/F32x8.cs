using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LossGen.Kernels;

/// <summary>8 lanes of float.</summary>
public readonly unsafe struct F32x8(Vector256<float> v) : IVector<F32x8, float>
{
    private readonly Vector256<float> v = v;

    public static int Count => 8;
    public static F32x8 Zero => new(Vector256<float>.Zero);
    public static F32x8 One => new(Vector256<float>.One);
    public static F32x8 AllTrue => new(Vector256<float>.AllBitsSet);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 operator +(F32x8 a, F32x8 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 operator -(F32x8 a, F32x8 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 operator *(F32x8 a, F32x8 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 operator /(F32x8 a, F32x8 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 operator &(F32x8 a, F32x8 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 operator |(F32x8 a, F32x8 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 operator ^(F32x8 a, F32x8 b) => new(a.v ^ b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 operator -(F32x8 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 operator ~(F32x8 a) => new(~a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Create(double value) => new(Vector256.Create((float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Broadcast(float* address) => new(Vector256.Create(*address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Load(float* address) => new(Vector256.Load(address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F32x8 value, float* address) => value.v.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 MultiplyAdd(F32x8 a, F32x8 b, F32x8 c) => new(Vector256.FusedMultiplyAdd(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Select(F32x8 mask, F32x8 a, F32x8 b) => new(Vector256.ConditionalSelect(mask.v, a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Equal(F32x8 a, F32x8 b) => new(Vector256.Equals(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 NotEqual(F32x8 a, F32x8 b) => new(~Vector256.Equals(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Less(F32x8 a, F32x8 b) => new(Vector256.LessThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 LessOrEqual(F32x8 a, F32x8 b) => new(Vector256.LessThanOrEqual(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Greater(F32x8 a, F32x8 b) => new(Vector256.GreaterThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 GreaterOrEqual(F32x8 a, F32x8 b) => new(Vector256.GreaterThanOrEqual(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Min(F32x8 a, F32x8 b) => new(Vector256.Min(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Max(F32x8 a, F32x8 b) => new(Vector256.Max(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 MaxNative(F32x8 a, F32x8 b) => new(Vector256.MaxNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Abs(F32x8 x) => new(Vector256.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x8 Sqrt(F32x8 x) => new(Vector256.Sqrt(x.v));

    public static F32x8 Exp(F32x8 a)
    {
        float* lanes = stackalloc float[Count];
        a.v.Store(lanes);
        for (int i = 0; i < Count; i++)
        {
            float x = lanes[i];
            lanes[i] = MathF.Exp(x);
        }

        return Load(lanes);
    }

    public static F32x8 ExpNonPositive(F32x8 a)
    {
        float* lanes = stackalloc float[Count];
        a.v.Store(lanes);
        for (int i = 0; i < Count; i++)
        {
            float x = lanes[i];
            lanes[i] = MathF.Exp(x);
        }

        return Load(lanes);
    }

    public static F32x8 Log(F32x8 a)
    {
        float* lanes = stackalloc float[Count];
        a.v.Store(lanes);
        for (int i = 0; i < Count; i++)
        {
            float x = lanes[i];
            lanes[i] = MathF.Log(x);
        }

        return Load(lanes);
    }

    public static F32x8 Log1p(F32x8 a)
    {
        float* lanes = stackalloc float[Count];
        a.v.Store(lanes);
        for (int i = 0; i < Count; i++)
        {
            float x = lanes[i];
            lanes[i] = (float)ScalarMath.Log1p(x);
        }

        return Load(lanes);
    }

    public static F32x8 Expm1(F32x8 a)
    {
        float* lanes = stackalloc float[Count];
        a.v.Store(lanes);
        for (int i = 0; i < Count; i++)
        {
            float x = lanes[i];
            lanes[i] = (float)ScalarMath.Expm1(x);
        }

        return Load(lanes);
    }

    public static F32x8 Tanh(F32x8 a)
    {
        float* lanes = stackalloc float[Count];
        a.v.Store(lanes);
        for (int i = 0; i < Count; i++)
        {
            float x = lanes[i];
            lanes[i] = MathF.Tanh(x);
        }

        return Load(lanes);
    }

    public static F32x8 Sinh(F32x8 a)
    {
        float* lanes = stackalloc float[Count];
        a.v.Store(lanes);
        for (int i = 0; i < Count; i++)
        {
            float x = lanes[i];
            lanes[i] = MathF.Sinh(x);
        }

        return Load(lanes);
    }

    public static F32x8 Cosh(F32x8 a)
    {
        float* lanes = stackalloc float[Count];
        a.v.Store(lanes);
        for (int i = 0; i < Count; i++)
        {
            float x = lanes[i];
            lanes[i] = MathF.Cosh(x);
        }

        return Load(lanes);
    }

    public static F32x8 Sigmoid(F32x8 a)
    {
        float* lanes = stackalloc float[Count];
        a.v.Store(lanes);
        for (int i = 0; i < Count; i++)
        {
            float x = lanes[i];
            lanes[i] = (float)ScalarMath.Sigmoid(x);
        }

        return Load(lanes);
    }

    public static F32x8 Softplus(F32x8 a)
    {
        float* lanes = stackalloc float[Count];
        a.v.Store(lanes);
        for (int i = 0; i < Count; i++)
        {
            float x = lanes[i];
            lanes[i] = (float)ScalarMath.Softplus(x);
        }

        return Load(lanes);
    }

    public static F32x8 Sign(F32x8 a)
    {
        float* lanes = stackalloc float[Count];
        a.v.Store(lanes);
        for (int i = 0; i < Count; i++)
        {
            float x = lanes[i];
            lanes[i] = (float)ScalarMath.Sign(x);
        }

        return Load(lanes);
    }

    public static F32x8 Pow(F32x8 a, F32x8 b)
    {
        float* lanes = stackalloc float[Count];
        float* powers = stackalloc float[Count];
        a.v.Store(lanes);
        b.v.Store(powers);
        for (int i = 0; i < Count; i++)
            lanes[i] = MathF.Pow(lanes[i], powers[i]);
        return Load(lanes);
    }
}
