using System.Globalization;
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
    public override string Template(Op op, NumberType type)
    {
        string function = Operations.Of(op).Function ?? throw new InvalidOperationException($"{op} has no function");
        string name = type == NumberType.Real ? function.ToUpperInvariant() : function;
        int inputs = op is Op.Clamp ? 3 : op is Op.Power or Op.Minimum or Op.Maximum ? 2 : 1;
        return name + "(" + string.Join(", ", Enumerable.Range(0, inputs).Select(k => "{" + k.ToString(CultureInfo.InvariantCulture) + "}")) + ")";
    }

    public override string Number(double magnitude, NumberType type)
    {
        if (double.IsNaN(magnitude))
            return "NOT_A_NUMBER";
        if (double.IsInfinity(magnitude))
            return "INFINITE";
        string text = Numbers.Write(magnitude);
        if (type == NumberType.Whole)
            return text;
        bool isWhole = text.All(c => char.IsDigit(c));
        string number = isWhole ? text + ".0" : text;
        return type == NumberType.Real ? $"R({number})" : number;
    }

    public override string Word(NumberType type) => type switch
    {
        NumberType.Real => "real",
        NumberType.Double => "double",
        _ => "int",
    };

    public override (string Text, int Precedence) Converted(string value, NumberType from, NumberType to) => (from, to) switch
    {
        (_, NumberType.Truth) => ($"({value} != 0)", ProgramPrinter.Atom),
        (NumberType.Truth, _) => ($"({value} ? {Number(1, to)} : {Number(0, to)})", ProgramPrinter.Atom),
        _ => ($"({Word(to)}){value}", ProgramPrinter.Unary),
    };

    public override string Maximum(NumberType type) => type == NumberType.Real ? "MAXIMUM" : "maximum";
}
