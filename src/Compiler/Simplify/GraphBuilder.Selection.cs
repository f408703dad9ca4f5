namespace LossGen.Compiler.Graph;

/// <summary>Conditions, selections, and what is known inside them.</summary>
internal sealed partial class GraphBuilder
{
    public Node Less(Node a, Node b) => Elementwise(Op.Less, a, b);

    public Node LessOrEqual(Node a, Node b) => Elementwise(Op.LessOrEqual, a, b);

    public Node Equal(Node a, Node b)
    {
        if ((a.IsNumber(0) && IsCount(b)) || (b.IsNumber(0) && IsCount(a)))
            return Not(True);
        return a.Id <= b.Id ? Elementwise(Op.Equal, a, b) : Elementwise(Op.Equal, b, a);
    }

    public Node Not(Node a) => LocalRules.Apply(this, Op.Not, a) ?? Elementwise(Op.Not, a);

    public Node And(Node a, Node b) => LocalRules.Apply(this, Op.And, a, b) ?? Joined(Op.And, a, b);

    public Node Or(Node a, Node b) => LocalRules.Apply(this, Op.Or, a, b) ?? Joined(Op.Or, a, b);

    private Node Joined(Op op, Node a, Node b) => a.Id < b.Id ? Make(op, a, b) : Make(op, b, a);

    /// <summary>a where the condition holds, else b.</summary>
    public Node Where(Node condition, Node a, Node b)
    {
        if (LocalRules.Apply(this, Op.Where, condition, a, b) is { } known)
            return known;
        a = Assume(a, condition, true);
        b = Assume(b, condition, false);
        return LocalRules.ApplyLate(this, Op.Where, condition, a, b) ?? Make(Op.Where, condition, a, b);
    }

    /// <summary>The value where the condition holds, else 0. A selection, not a product.</summary>
    public Node Mask(Node condition, Node value)
    {
        if (LocalRules.Apply(this, Op.Mask, condition, value) is { } known)
            return known;
        value = Assume(value, condition, true);
        if (LocalRules.ApplyLate(this, Op.Mask, condition, value) is { } none)
            return none;
        if (value.Op == Op.Mask)
        {
            if (ReferenceEquals(condition, value[0]) && (notLost.Contains(condition) || NotZero(condition) is not null))
                return value;

            // The label is never set at an invalid pixel.
            if (condition.Op is Op.Valid or Op.Labelled && value[0].Op is Op.OneHot or Op.Labelled)
                return value;

            // One order for nested selections; validity outermost, the label innermost.
            if (Rank(value[0]) < Rank(condition))
                return Mask(value[0], Mask(condition, value[1]));
        }

        return NotZero(condition) is { } factor && IsZeroWithout(factor, value) ? value : Make(Op.Mask, condition, value);
    }

    // A sum of two selections as one, by the outermost condition that both imply: it stays a selection whatever it is multiplied by. Of
    // conditions that are computed only the outermost: others stay where they are decided once for all pixels.
    private Node? SelectedByBoth(Node a, Node b)
    {
        if (ReferenceEquals(a[0], b[0]))
            return Mask(a[0], Add(a[1], b[1]));
        (List<Node> masksOfA, Node innerA) = Unmask(a);
        (List<Node> masksOfB, Node innerB) = Unmask(b);
        Node? common = masksOfA.Concat(masksOfB).Where(condition => condition.Op is Op.Valid or Op.Labelled or Op.ClassSet or Op.OneHot
            && Implies(masksOfA, condition) && Implies(masksOfB, condition)).OrderBy(Rank).FirstOrDefault();
        return common is null ? null : Mask(common, Add(Remask(Without(masksOfA), innerA), Remask(Without(masksOfB), innerB)));

        List<Node> Without(List<Node> masks) => masks.Where(mask => !ReferenceEquals(mask, common)).ToList();
    }

    // The label is never set at an invalid pixel.
    private static bool Implies(List<Node> masks, Node condition) =>
        masks.Any(mask => ReferenceEquals(mask, condition) || (condition.Op is Op.Valid or Op.Labelled
            && mask.Op is Op.OneHot or Op.Labelled));

    private static int Rank(Node condition) => condition.Op switch
    {
        Op.Valid => -2,
        Op.Labelled => -1,
        Op.ClassSet => -1,
        Op.OneHot => int.MaxValue / 2,
        _ => condition.IsPixel ? condition.Id : int.MaxValue,
    };

    // Nested selections ask for the same parts again and again.
    private readonly Dictionary<(Node Value, Node Condition, bool Holds), Node> assumed = [];

    /// <summary>The value with what is known of a condition put in: in y * (1 - y) the second factor is 0.</summary>
    private Node Assume(Node value, Node condition, bool holds)
    {
        if (condition.Op == Op.Not)
            return Assume(value, condition[0], !holds);
        return condition.Op is Op.Less or Op.LessOrEqual or Op.Equal ? value : Given(value, condition, holds);
    }

    /// <summary>The value where a condition is as stated, as far as element-wise operations reach.</summary>
    public Node Given(Node value, Node condition, bool holds)
    {
        if (ReferenceEquals(value, condition))
            return holds ? True : Zero;

        // A label is set at valid pixels only.
        if (value.Op is Op.Valid or Op.Labelled && condition.Op is Op.OneHot or Op.Labelled && holds)
            return True;
        if (value.Op == Op.OneHot && condition.Op == Op.Valid && !holds)
            return Zero;
        if (!Mentions(value, condition))
            return value;
        var key = (value, condition, holds);
        if (assumed.TryGetValue(key, out Node? known))
            return known;
        Node result = Rebuild(value, [.. value.Inputs.Select(input => Given(input, condition, holds))]);
        assumed[key] = result;
        return result;
    }

    // Whether a rewrite under the condition can reach into the node: through element-wise operations always, through what joins
    // the classes of a pixel only where the condition does not depend on the class, never through a sum over pixels.
    private bool Mentions(Node value, Node condition)
    {
        if (value.Inputs.IsEmpty)
            return false;

        // Which class has the maximum is asked of the very numbers that it was found among: rewritten, they may be rounded in another way.
        if (value.IsOfMaximum)
            return false;
        if (!value.Operation().IsElementwise)
        {
            bool withinPixel = value.Op is Op.LogSumExp or Op.Softmax or Op.SoftmaxComplement or Op.ClassMaximum
                || (value.Op == Op.Sum && value.Attribute == Axes.Class);
            if (!withinPixel || condition.Axes.Has(Axes.Class))
                return false;
        }

        var key = (value, condition);
        if (mentions.TryGetValue(key, out bool known))
            return known;
        bool found = value.Inputs.Any(input => ReferenceEquals(input, condition)
            || (input.Op is Op.Valid or Op.Labelled && condition.Op is Op.OneHot or Op.Labelled)
            || (input.Op == Op.OneHot && condition.Op == Op.Valid)
            || Mentions(input, condition));
        mentions[key] = found;
        return found;
    }

    private readonly Dictionary<(Node Value, Node Condition), bool> mentions = [];

    /// <summary>The same operation on other inputs, simplified.</summary>
    public Node Rebuild(Node node, Node[] inputs)
    {
        bool same = true;
        for (int i = 0; i < inputs.Length; i++)
            same &= ReferenceEquals(inputs[i], node[i]);
        if (same)
            return node;
        Node rebuilt = node.Op switch
        {
            Op.Add => Add(inputs[0], inputs[1]),
            Op.Multiply when slopes.Contains(node) => Differentiating(() => Multiply(inputs[0], inputs[1])),
            Op.Multiply => Multiply(inputs[0], inputs[1]),
            Op.Divide => Divide(inputs[0], inputs[1]),
            Op.Power => Power(inputs[0], inputs[1]),
            Op.Minimum => Minimum(inputs[0], inputs[1]),
            Op.Maximum => Maximum(inputs[0], inputs[1]),
            Op.Clamp => Clamp(inputs[0], inputs[1], inputs[2]),
            Op.Exp => Exp(inputs[0]),
            Op.Log => Log(inputs[0]),
            Op.Abs => Abs(inputs[0]),
            Op.Detach => Detach(inputs[0]),
            Op.Spread => Spread(inputs[0], node.Axes),
            Op.Equal => Equal(inputs[0], inputs[1]),
            Op.And => And(inputs[0], inputs[1]),
            Op.Or => Or(inputs[0], inputs[1]),
            Op.Not => Not(inputs[0]),
            Op.Where => Where(inputs[0], inputs[1], inputs[2]),
            Op.Mask => Mask(inputs[0], inputs[1]),
            Op.Sum => Sum(inputs[0], node.Attribute),
            Op.ClassMaximum => ClassMaximum(inputs[0]),
            Op.PixelMaximum => PixelMaximum(inputs[0], node.Attribute),
            Op.Softmax => Softmax(inputs[0]),
            Op.SoftmaxComplement => SoftmaxComplement(inputs[0]),
            Op.LogSumExp => LogSumExp(inputs[0]),
            _ => Elementwise(node.Op, inputs),
        };
        return shifted.Contains(node) && rebuilt.Op == node.Op ? Shifted(rebuilt) : rebuilt;
    }
}
