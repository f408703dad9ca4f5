using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>
/// What a pass adds up, multiplies or takes the largest of: variables of lanes in a method, and from tile to tile memory.
/// </summary>
internal sealed class TileSums(PassPlan pass, NodeNames names)
{
    private Variable SumOf(Summand summand) => new("sum" + NodeNames.Upper(names.Of(summand.Sum)), NumberType.Lanes);

    private Variable ProductOf(Summand summand) => new("product" + NodeNames.Upper(names.Of(summand.Sum)), NumberType.Lanes);

    public void Declare(TileMethod method, IEnumerable<Summand> sums)
    {
        foreach (Summand sum in sums)
        {
            method.Add(new Declare(SumOf(sum).Name, NumberType.Lanes, LaneValues.Number(sum.IsMaximum ? double.NegativeInfinity : 0)));
            if (sum.Factor is null)
                continue;
            Expression start = Apply.Of(
                Op.Where, NumberType.Lanes, new Variable("tile.BeginsProducts", NumberType.Truth), LaneValues.Number(sum.IsOnePlus ? 0 : 1),
                    LaneValues.Load(Product(sum), NumberType.Lanes));
            method.Add(new Declare(ProductOf(sum).Name, NumberType.Lanes, start));
        }
    }

    private static Expression OfLanes(string member, Expression index) =>
        Whole.Behind(LaneValues.Address(member), Whole.Product(index, TileMethod.Count));

    private static Expression RowOfClass(int row) => Whole.Sum(Whole.Times(row, LaneValues.Classes), LaneValues.C);

    private static Expression RowBehind(int classRows, int row) => Whole.Sum(Whole.Times(classRows, LaneValues.Classes), Whole.Of(row));

    // Where a product goes from tile to tile: those of the classes, then those that the classes share.
    private Expression Product(Summand summand)
    {
        List<Summand> perClass = ProductsOf(pass, perClass: true).ToList();
        int k = perClass.IndexOf(summand);
        return OfLanes("tile.Products", k >= 0 ? RowOfClass(k) : RowBehind(perClass.Count, ProductsOf(pass, perClass: false).ToList()
            .IndexOf(summand)));
    }

    /// <summary>The sums with a product over the pixels: those of the classes, or those that the classes share.</summary>
    public static IEnumerable<Summand> ProductsOf(PassPlan pass, bool perClass) =>
        pass.Summands.Where(summand => summand.Factor is not null && TileSchedule.HasClass(summand.Sum) == perClass);

    public void Accumulate(TileMethod method, Summand sum)
    {
        Variable total = SumOf(sum);
        if (sum.IsMaximum)
        {
            method.Add(new Assign(total, Joining.Maximum, method.Values.MaskedMaximum(sum.Rest!)));
            return;
        }

        if (sum.Rest is { } rest)
            method.Add(method.Values.AddValid(total, rest));
        if (sum.Factor is not { } factor)
            return;
        Variable product = ProductOf(sum);
        method.Add(sum.IsOnePlus
            ? new Assign(product, Joining.Set, Call.Of($"{KernelEmitter.Lanes}.TimesOnePlus<T, V>", NumberType.Lanes, product,
            method.Values.Masked(factor)))
            : new Assign(product, Joining.Multiply, method.Values.MaskedFactor(factor)));
    }

    public void Store(TileMethod method, List<Summand> sums)
    {
        if (sums.Count > 0)
            method.Gap();
        foreach (Summand sum in sums)
            Store(method, sum);
    }

    private void Store(TileMethod method, Summand summand)
    {
        Node sum = summand.Sum;
        bool hasClass = TileSchedule.HasClass(sum);
        Variable total = SumOf(summand);
        if (summand.Factor is not null)
        {
            // One logarithm for many pixels, when their product ends.
            Variable product = ProductOf(summand);
            Expression logarithm = Call.Of(summand.IsOnePlus ? "V.Log1p" : "V.LogAtLeastOne", NumberType.Lanes, product);
            method.Add(new If(new Variable("tile.EndsProducts", NumberType.Truth),
                [new Assign(total, summand.IsNegative ? Joining.Subtract : Joining.Add, logarithm)])
            {
                Else = [Do.Of("V.Store", product, Product(summand))],
            });
        }

        Expression place = OfLanes("tile.Sums", hasClass ? RowOfClass(pass.ClassSums.IndexOf(sum)) : RowBehind(pass.ClassSums.Length,
            pass.PixelSums.IndexOf(sum)));
        if (method.IsForSeveral && !hasClass)
            method.Run("V.AddToRow", total, place, new Named("isFirst", new Number(0, NumberType.Truth)));
        else
            method.Run($"{KernelEmitter.Lanes}.{(summand.IsMaximum ? "Maximum" : "Add")}<T, V>", place, total);
    }
}
