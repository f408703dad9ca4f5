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

    /// <summary>A whole number as wide as an address: pixels of an image, and the elements between rows.</summary>
    Distance,

    /// <summary>True or false.</summary>
    Truth,

    /// <summary>A number for each lane of a vector.</summary>
    Lanes,

    /// <summary>True or false for each lane of a vector.</summary>
    LaneTruth,

    /// <summary>A place in memory.</summary>
    Address,
}

/// <summary>A value of a kernel program: what is computed, without how a language writes it.</summary>
internal abstract record Expression(NumberType Type)
{
    /// <summary>The expressions that it is made of.</summary>
    public virtual ImmutableArray<Expression> Parts => [];
}

/// <summary>A number that is known.</summary>
internal sealed record Number(double Value, NumberType Type) : Expression(Type);

/// <summary>A variable, a parameter of the kernel, a word of the runtime's, or a member of one of them (<c>tile.Pixels</c>).</summary>
internal sealed record Variable(string Name, NumberType Type) : Expression(Type);

/// <summary>An element of an array or of memory.</summary>
internal sealed record Element(string Array, Expression Index, NumberType Type) : Expression(Type)
{
    public override ImmutableArray<Expression> Parts => [Index];
}

/// <summary>A place so many elements behind another.</summary>
internal sealed record Behind(Expression Address, Expression Elements) : Expression(NumberType.Address)
{
    public override ImmutableArray<Expression> Parts => [Address, Elements];
}

/// <summary>An element-wise operation of the graph.</summary>
internal sealed record Apply(Op Op, ImmutableArray<Expression> Arguments, NumberType Type) : Expression(Type)
{
    /// <summary>
    /// Nothing else reads the result, and nothing compares it with itself computed elsewhere: it may become a part of the operation that
    /// reads it.
    /// </summary>
    public bool MayJoin { get; init; }

    public override ImmutableArray<Expression> Parts => Arguments;

    public static Apply Of(Op op, NumberType type, params Expression[] arguments) => new(op, [.. arguments], type);
}

/// <summary>A function of the runtime's.</summary>
internal sealed record Call(string Function, ImmutableArray<Expression> Arguments, NumberType Type) : Expression(Type)
{
    public override ImmutableArray<Expression> Parts => Arguments;

    public static Call Of(string function, NumberType type, params Expression[] arguments) => new(function, [.. arguments], type);
}

/// <summary>An argument that stands by the name of its parameter.</summary>
internal sealed record Named(string Parameter, Expression Value) : Expression(Value.Type)
{
    public override ImmutableArray<Expression> Parts => [Value];
}

/// <summary>A number of another type: a truth is 1 or 0, a number is true where it is not 0.</summary>
internal sealed record Cast(Expression Value, NumberType Type) : Expression(Type)
{
    public override ImmutableArray<Expression> Parts => [Value];
}
