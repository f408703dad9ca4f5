using LossGen.Compiler.Graph;
using LossGen.Compiler.Program;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Gpu;

/// <summary>Expressions over classes and images that passes and the scalar section share.</summary>
internal static class GpuText
{
    public static readonly Variable Classes = new("CLASSES", NumberType.Whole);

    public static Expression Times(int count, Expression factor) =>
        count == 0 ? new Number(0, NumberType.Whole) : count == 1 ? factor : Apply.Of(Op.Multiply, NumberType.Whole, new Number(count, NumberType.Whole), factor);

    public static Expression Product(Expression left, Expression right) => left is Number { Value: 0 } || right is Number { Value: 0 }
        ? new Number(0, NumberType.Whole) : Apply.Of(Op.Multiply, NumberType.Whole, left, right);

    public static Expression Sum(Expression left, Expression right) =>
        left is Number { Value: 0 } ? right : right is Number { Value: 0 } ? left : Apply.Of(Op.Add, NumberType.Whole, left, right);

    /// <summary>The input is a condition by its place.</summary>
    public static bool IsAsked(Node node, int input) => node.Op is Op.And or Op.Or or Op.Not || (node.Op is Op.Where or Op.Mask && input == 0);

    /// <summary>The class is one of those selected.</summary>
    public static Expression IsAmong(ClassSelection classes, Expression c)
    {
        if (classes.List.IsEmpty)
            return Apply.Of(Op.Less, NumberType.Truth, new Number(0, NumberType.Whole), c);
        Expression? any = null;
        foreach (int one in classes.Effective)
        {
            Expression own = Apply.Of(Op.Equal, NumberType.Truth, c, new Number(one, NumberType.Whole));
            any = any is null ? own : Apply.Of(Op.Or, NumberType.Truth, any, own);
        }

        return any ?? Apply.Of(Op.Less, NumberType.Truth, c, new Number(0, NumberType.Whole));
    }
}

/// <summary>The C that CUDA and OpenCL have in common, with the words of the prelude: real numbers have functions in capitals.</summary>
internal sealed class CDialect : Dialect
{
    // Where C's word is another one.
    private static readonly Dictionary<string, string> Words = new() { ["Abs"] = "fabs", ["Sign"] = "signum", ["Min"] = "minimum", ["Max"] = "maximum", ["Clamp"] = "bounded" };

    /// <summary>The function of an operation in double precision.</summary>
    public static string Function(Operation row)
    {
        string function = row.Function ?? throw new InvalidOperationException($"{row.Op} has no function");
        return Words.TryGetValue(function, out string? other) ? other : function.ToLowerInvariant();
    }

    public override string Template(Op op, NumberType type)
    {
        Operation row = Operations.Of(op);
        return (type == NumberType.Real ? Function(row).ToUpperInvariant() : Function(row)) + row.Arguments;
    }

    public override (string Text, Precedence Precedence) Number(double value, NumberType type)
    {
        bool isNegative = value < 0 || (value == 0 && 1 / value < 0);
        string magnitude = Magnitude(Math.Abs(value), type);
        return isNegative ? ("-" + magnitude, Precedence.Sign) : (magnitude, Precedence.Atom);
    }

    private static string Magnitude(double magnitude, NumberType type)
    {
        if (double.IsNaN(magnitude))
            return "NOT_A_NUMBER";
        if (double.IsInfinity(magnitude))
            return "INFINITE";
        string text = Numbers.Write(magnitude);
        if (type == NumberType.Whole)
            return text;
        string number = text.All(char.IsDigit) ? text + ".0" : text;
        return type == NumberType.Real ? $"R({number})" : number;
    }

    public override string Word(NumberType type) => type switch
    {
        NumberType.Real => "real",
        NumberType.Double => "double",
        _ => "int",
    };

    public override string Constant(NumberType type) => "const " + Word(type);

    public override (string Text, Precedence Precedence) Converted(string value, NumberType from, NumberType to) => (from, to) switch
    {
        (_, NumberType.Truth) => ($"({value} != 0)", Precedence.Atom),
        (NumberType.Truth, _) => ($"({value} ? {Number(1, to).Text} : {Number(0, to).Text})", Precedence.Atom),
        _ => ($"({Word(to)}){value}", Precedence.Sign),
    };

    public override string Maximum(NumberType type) => type == NumberType.Real ? "MAXIMUM" : "maximum";
}
