using System.Collections.Immutable;

namespace LossGen.Compiler.Program;

/// <summary>A step of a kernel program.</summary>
internal abstract record Statement;

/// <summary>An empty line.</summary>
internal sealed record Gap : Statement;

/// <summary>What the steps behind it are for.</summary>
internal sealed record Remark(string Text) : Statement;

/// <summary>A value that does not change.</summary>
internal sealed record Let(string Name, Expression Value) : Statement
{
    /// <summary>What it means, ahead of it.</summary>
    public string? Meaning { get; init; }
}

/// <summary>Values that do not change and stand together, as many to a line as fit.</summary>
internal sealed record Lets(ImmutableArray<Let> Values) : Statement
{
    public static Lets Of(params Let[] values) => new([.. values]);
}

/// <summary>A variable that changes: with its first value, or an array (a word that says how long) without one.</summary>
internal sealed record Declare(string Name, NumberType Type, Expression? Value, string? Length = null) : Statement;

/// <summary>How an assignment joins what was there.</summary>
internal enum Joining
{
    /// <summary>It takes its place.</summary>
    Set,

    /// <summary>It is added.</summary>
    Add,

    /// <summary>It is taken away.</summary>
    Subtract,

    /// <summary>Both are multiplied.</summary>
    Multiply,

    /// <summary>The larger of both stays; a NaN stays in any case.</summary>
    Maximum,
}

/// <summary>Sets, or adds to, a variable or an element.</summary>
internal sealed record Assign(Expression Place, Joining Joining, Expression Value) : Statement;

/// <summary>Steps once for each of something: the head is a word of the runtime's.</summary>
internal sealed record Loop(string Head, ImmutableArray<Statement> Body) : Statement
{
    /// <summary>The counted variables that the head declares.</summary>
    public ImmutableArray<string> Counters { get; init; } = [];
}

/// <summary>Steps while a counted variable is below an end.</summary>
/// <param name="Counter">The variable with its start.</param>
/// <param name="End">What it stays below.</param>
/// <param name="Steps">What changes from one round to the next: the variable, and what walks beside it.</param>
/// <param name="Body">The steps of a round.</param>
internal sealed record For(Declare Counter, Expression End, ImmutableArray<Assign> Steps, ImmutableArray<Statement> Body) : Statement;

/// <summary>Steps under a condition, and others without it.</summary>
internal sealed record If(Expression Condition, ImmutableArray<Statement> Body) : Statement
{
    public ImmutableArray<Statement> Else { get; init; } = [];
}

/// <summary>Ends the method.</summary>
internal sealed record Return : Statement;

/// <summary>A call of the runtime's that gives no value: stores, waits for the other threads.</summary>
internal sealed record Do(string Function, ImmutableArray<Expression> Arguments) : Statement
{
    public static Do Of(string function, params Expression[] arguments) => new(function, [.. arguments]);
}

/// <summary>A kernel, or a method of one.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Remark">What it does, in words.</param>
/// <param name="Parameters">The list of parameters: a word of the runtime's.</param>
/// <param name="Given">Names that are there before the first step.</param>
/// <param name="Body">The steps.</param>
internal sealed record KernelProgram(string Name, string Remark, string Parameters, ImmutableArray<string> Given,
    ImmutableArray<Statement> Body);
