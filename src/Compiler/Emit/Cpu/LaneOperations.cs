using System.Collections.Immutable;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>Which instructions of the machine take the place of several operations on lanes.</summary>
internal static class LaneOperations
{
    private const string Equal = "V.Equal", MaskEqual = "V.MaskEqual";

    /// <summary>The lanes whose label is a class.</summary>
    public static Call HasLabel(Expression label, Expression self) => Call.Of(Equal, NumberType.LaneTruth, label, self);

    /// <summary>The operation, or the instruction that does it together with the operations that its inputs are.</summary>
    public static Expression Joined(Apply apply)
    {
        ImmutableArray<Expression> inputs = apply.Arguments;
        switch (apply.Op)
        {
            case Op.Multiply when IsMinusOne(inputs[0]) && inputs[1] is Apply { Op: Op.Abs } of:
                return Call.Of("V.NegativeAbs", NumberType.Lanes, of.Arguments[0]);

            // One step from the comparison to the choice: with AVX-512 a comparison's result lies in a register of another kind.
            case Op.Mask when inputs[0] is Call { Function: Equal } label:
                return new Call(MaskEqual, [.. label.Arguments, inputs[1]], apply.Type);
            case Op.Where when inputs[0] is Call { Function: Equal } label:
                return new Call("V.SelectEqual", [.. label.Arguments, inputs[1], inputs[2]], apply.Type);
            case Op.Where when inputs[0] is Apply { Op: Op.LessOrEqual, MayJoin: true } order:
                return new Call("V.SelectLessOrEqual", [.. order.Arguments, inputs[1], inputs[2]], apply.Type);

            // The machine's one instruction hands on a NaN of its second operand only.
            case Op.Maximum or Op.Minimum when IsBound(inputs[0]):
                return Call.Of(Native(apply.Op), NumberType.Lanes, inputs[0], inputs[1]);
            case Op.Maximum or Op.Minimum when IsBound(inputs[1]):
                return Call.Of(Native(apply.Op), NumberType.Lanes, inputs[1], inputs[0]);

            // A difference stays one.
            case Op.Add when IsProduct(inputs[1]) is { } second:
                return IsMinusOne(second.Arguments[0]) ? apply : MultiplyAdd(second, inputs[0]);
            case Op.Add when IsProduct(inputs[0]) is { } first:
                return IsMinusOne(first.Arguments[0]) ? apply : MultiplyAdd(first, inputs[1]);
            default:
                return apply;
        }
    }

    /// <summary>The step that adds a value to a sum.</summary>
    public static Assign Add(Variable sum, Expression value) => value switch
    {
        Call { Function: MaskEqual } masked =>
            new(sum, Joining.Set, new Call("V.AddWhereEqual", masked.Arguments.Add(sum), NumberType.Lanes)),
        _ when Factors(value) is { } product => new(sum, Joining.Set, MultiplyAdd(product, sum)),
        _ => new(sum, Joining.Add, value),
    };

    /// <summary>A product that joins the addition it is for.</summary>
    public static Apply? Factors(Expression value) => IsProduct(value) is { } product && !IsMinusOne(product.Arguments[0]) ? product : null;

    private static Call MultiplyAdd(Apply product, Expression added) => Call.Of("V.MultiplyAdd", NumberType.Lanes, product.Arguments[0],
        product.Arguments[1], added);

    private static Apply? IsProduct(Expression value) => value is Apply { Op: Op.Multiply, MayJoin: true } product ? product : null;

    private static bool IsMinusOne(Expression value) => value is Number { Value: -1 };

    private static bool IsBound(Expression value) => value is Number number && !double.IsNaN(number.Value);

    private static string Native(Op op) => op == Op.Maximum ? "V.MaxNative" : "V.MinNative";
}
