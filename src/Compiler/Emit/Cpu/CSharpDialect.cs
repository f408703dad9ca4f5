using System.Globalization;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Program;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>C#: the scalar section in double, and tiles on vectors <c>V</c>, whose conditions are vectors, too.</summary>
internal sealed class CSharpDialect : Dialect
{
    public static readonly CSharpDialect Instance = new();

    private const string Math = "global::System.Math.";

    public override string Template(Op op, NumberType type)
    {
        Operation row = Operations.Of(op);
        bool onLanes = type is NumberType.Lanes or NumberType.LaneTruth;
        if (op == Op.Clamp)
            return onLanes ? "V.Min(V.Max({0}, {1}), {2})" : Math + "Min(" + Math + "Max({0}, {1}), {2})";
        if (op == Op.Where)
            return "V.Select({0}, {1}, {2})";
        if (onLanes && op is Op.Less or Op.LessOrEqual or Op.Equal)
            return "V." + op + "({0}, {1})";
        string function = row.Function ?? throw new InvalidOperationException($"{op} has no function");
        string name = onLanes ? "V." + (row.LaneFunction ?? function) : (row.IsInMath ? Math : KernelEmitter.Kernels + ".ScalarMath.")
            + function;
        return name + row.Arguments;
    }

    public override (string Text, Precedence Precedence) Number(double value, NumberType type) => type switch
    {
        NumberType.Lanes => (value == 0 ? "V.Zero" : value == 1 ? "V.One" : $"V.Create({Literal.Bare(value)})", Precedence.Atom),
        NumberType.LaneTruth => (value == 0 ? "V.Zero" : "V.AllTrue", Precedence.Atom),
        NumberType.Whole => (((int)value).ToString(CultureInfo.InvariantCulture), value < 0 ? Precedence.Sign : Precedence.Atom),
        NumberType.Truth => (Literal.Of(value != 0), Precedence.Atom),
        _ => (Literal.Bare(value), Literal.HasSign(value) ? Precedence.Sign : Precedence.Atom),
    };

    public override string Word(NumberType type) => type switch
    {
        NumberType.Lanes or NumberType.LaneTruth => "V",
        NumberType.Double => "double",
        NumberType.Whole => "int",
        NumberType.Distance => "nint",
        NumberType.Truth => "bool",
        NumberType.Address => "var",
        _ => throw new InvalidOperationException($"the kernels in C# have no {type}"),
    };

    public override (string Text, Precedence Precedence) Converted(string value, NumberType from, NumberType to) => (from, to) switch
    {
        (_, NumberType.LaneTruth) => ($"V.NotEqual({value}, V.Zero)", Precedence.Atom),
        (NumberType.Truth, _) => ($"({value} ? {Number(1, to).Text} : {Number(0, to).Text})", Precedence.Atom),
        _ => ($"({Word(to)}){value}", Precedence.Sign),
    };

    public override string Maximum(NumberType type) => type == NumberType.Lanes ? "V.Max" : Math + "Max";

    // Vectors are compared by functions, and joined bit by bit: their operators stand apart from arithmetic, as few readers know how
    // closely they bind.
    public override Operator? Binary(Op op, NumberType of) => (op, of) switch
    {
        (Op.Less or Op.LessOrEqual or Op.Equal, NumberType.Lanes) => null,
        (Op.And or Op.Mask, NumberType.LaneTruth) => new("&", Precedence.Bitwise, Precedence.Sign, Precedence.Sign),
        (Op.Or, NumberType.LaneTruth) => new("|", Precedence.Bitwise, Precedence.Sign, Precedence.Sign),
        _ => base.Binary(op, of),
    };

    public override string Negation(NumberType type) => type == NumberType.LaneTruth ? "~" : "!";

    public override bool HasBraces => false;
}
