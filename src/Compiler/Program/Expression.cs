using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Program;

/// <summary>What a value of a kernel program is.</summary>
internal enum NumberType
{
    /// <summary>A number of the precision in which pixels are computed.</summary>
    Real,

    /// <summary>A double: what the scalar section computes with.</summary>
    Double,

    /// <summary>A whole number that counts or finds a place.</summary>
    Whole,

    /// <summary>True or false.</summary>
    Truth,
}

/// <summary>A value of a kernel program: what is computed, without how a language writes it.</summary>
internal abstract record Expression(NumberType Type);

/// <summary>A number that is known.</summary>
internal sealed record Number(double Value, NumberType Type) : Expression(Type);

/// <summary>A variable, a parameter of the kernel, or a word of the runtime's.</summary>
internal sealed record Variable(string Name, NumberType Type) : Expression(Type);

/// <summary>An element of an array or of memory.</summary>
internal sealed record Element(string Array, Expression Index, NumberType Type) : Expression(Type);

/// <summary>An element-wise operation of the graph.</summary>
internal sealed record Apply(Op Op, ImmutableArray<Expression> Arguments, NumberType Type) : Expression(Type)
{
    public static Apply Of(Op op, NumberType type, params Expression[] arguments) => new(op, [.. arguments], type);
}

/// <summary>A function of the runtime's.</summary>
internal sealed record Call(string Function, ImmutableArray<Expression> Arguments, NumberType Type) : Expression(Type)
{
    public static Call Of(string function, NumberType type, params Expression[] arguments) => new(function, [.. arguments], type);
}

/// <summary>A number of another type: a truth is 1 or 0, a number is true where it is not 0.</summary>
internal sealed record Cast(Expression Value, NumberType Type) : Expression(Type);
