using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Program;

/// <summary>Whole numbers that find a place: sums and products that leave out what is 0 and 1.</summary>
internal static class Whole
{
    public static readonly Number Zero = Of(0);

    public static Number Of(int number) => new(number, NumberType.Whole);

    public static Expression Times(int count, Expression factor) => Product(Of(count), factor);

    public static Expression Product(Expression left, Expression right) =>
        IsNumber(left, 0) || IsNumber(right, 0) ? Zero : IsNumber(left, 1) ? right : IsNumber(right, 1) ? left
            : Apply.Of(Op.Multiply, Joined(left, right), left, right);

    public static Expression Sum(Expression left, Expression right) =>
        IsNumber(left, 0) ? right : IsNumber(right, 0) ? left : Apply.Of(Op.Add, Joined(left, right), left, right);

    /// <summary>The place so many elements behind an address.</summary>
    public static Expression Behind(Expression address, Expression elements) => IsNumber(elements, 0) ? address
        : new Behind(address, elements);

    /// <summary>The class is one of those selected.</summary>
    public static Expression IsAmong(ClassSelection classes, Expression c)
    {
        if (classes.List.IsEmpty)
            return Apply.Of(Op.Less, NumberType.Truth, Zero, c);
        Expression? any = null;
        foreach (int one in classes.Effective)
        {
            Expression own = Apply.Of(Op.Equal, NumberType.Truth, c, Of(one));
            any = any is null ? own : Apply.Of(Op.Or, NumberType.Truth, any, own);
        }

        return any ?? Apply.Of(Op.Less, NumberType.Truth, c, Zero);
    }

    private static bool IsNumber(Expression expression, int value) => expression is Number number && number.Value == value;

    private static NumberType Joined(Expression left, Expression right) =>
        left.Type == NumberType.Distance || right.Type == NumberType.Distance ? NumberType.Distance : NumberType.Whole;
}
