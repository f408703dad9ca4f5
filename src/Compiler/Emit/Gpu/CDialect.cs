using LossGen.Compiler.Graph;
using LossGen.Compiler.Program;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Gpu;

/// <summary>The C that CUDA and OpenCL have in common, with the words of the prelude: real numbers have functions in capitals.</summary>
internal sealed class CDialect : Dialect
{
    // Where C's word is another one.
    private static readonly Dictionary<string, string> Words = new()
    {
        ["Abs"] = "fabs",
        ["Sign"] = "signum",
        ["Min"] = "minimum",
        ["Max"] = "maximum",
        ["Clamp"] = "bounded"
    };

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
