using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Program;

/// <summary>How closely operators bind in C and C#.</summary>
internal enum Precedence
{
    Choice,
    Or,
    And,
    Bitwise,
    Equality,
    Order,
    Sum,
    Product,
    Sign,
    Atom,
}

/// <summary>An operator between two operands.</summary>
/// <param name="Symbol">How it is written.</param>
/// <param name="Own">How closely it binds.</param>
/// <param name="Left">What its first operand has to bind as closely as, to stand without parentheses.</param>
/// <param name="Right">The same of its second.</param>
internal readonly record struct Operator(string Symbol, Precedence Own, Precedence Left, Precedence Right);

/// <summary>A language that programs are printed in: its words, and nothing that decides what is computed.</summary>
internal abstract class Dialect
{
    /// <summary>The text of an operation: {0}, {1}, {2} are its inputs.</summary>
    public abstract string Template(Op op, NumberType type);

    /// <summary>A number.</summary>
    public abstract (string Text, Precedence Precedence) Number(double value, NumberType type);

    /// <summary>The word for a type.</summary>
    public abstract string Word(NumberType type);

    /// <summary>What a declaration of a value that does not change begins with.</summary>
    public virtual string Constant(NumberType type) => Word(type);

    /// <summary>A value of another type.</summary>
    /// <param name="value">The text, fit to stand behind an operator that binds as closely as a sign.</param>
    /// <param name="from">Its type.</param>
    /// <param name="to">The type asked for.</param>
    public abstract (string Text, Precedence Precedence) Converted(string value, NumberType from, NumberType to);

    /// <summary>The function that keeps the larger of two numbers, and a NaN.</summary>
    public abstract string Maximum(NumberType type);

    /// <summary>The operator of an operation on two inputs of a type, if it has one.</summary>
    // Of two that bind alike the second is enclosed: numbers are added and multiplied in the order of the graph.
    public virtual Operator? Binary(Op op, NumberType of) => op switch
    {
        Op.Add => new("+", Precedence.Sum, Precedence.Sum, Precedence.Product),
        Op.Multiply => new("*", Precedence.Product, Precedence.Product, Precedence.Sign),
        Op.Divide => new("/", Precedence.Product, Precedence.Product, Precedence.Sign),
        Op.Less => new("<", Precedence.Order, Precedence.Order, Precedence.Sum),
        Op.LessOrEqual => new("<=", Precedence.Order, Precedence.Order, Precedence.Sum),
        Op.Equal => new("==", Precedence.Equality, Precedence.Equality, Precedence.Order),
        Op.And => new("&&", Precedence.And, Precedence.Equality, Precedence.Equality),
        Op.Or => new("||", Precedence.Or, Precedence.Or, Precedence.Equality),
        _ => null,
    };

    /// <summary>What negates a condition.</summary>
    public virtual string Negation(NumberType type) => "!";

    /// <summary>A loop or condition has braces around a single step, too.</summary>
    public virtual bool HasBraces => true;
}
