namespace LossGen.Differential.Formulas;

/// <summary>Draws expressions that stay in the domains of their words.</summary>
internal sealed class ExpressionGenerator(Random random, FormulaContext context)
{
    // No comparison with a moving value may be a tie, so that the numbers are odd.
    private static readonly double[] Numbers = [1, 1, 1, 2, 2, 0, 0.5, 0.25, 3, -1, -0.5, 0.37, 1.3, 0.71, 1e-5];

    private static readonly double[] Thresholds = [0.37, 0.213, 0.617, 0.0719, -0.29, 1.371];

    private static readonly double[] Exponents = [2, 2, 2, 0, 1, 0.5, 1.5, 2.5, 3, 4, 5, -1, -2, -3, -0.5, 0.75, 1.7];

    private readonly IReadOnlyList<Word> functions = [
        .. Words.Functions, .. context.Dimensions > 0 ? NeighbourWords.Functions.Concat(NeighbourWords.Functions) : [],
        .. context.Sorts ? SortWords.Functions.Concat(SortWords.Functions) : []];

    private readonly IReadOnlyList<Word> conditions = [
        .. Words.Conditions, .. context.Dimensions > 0 ? NeighbourWords.Conditions : [], .. context.Sorts ? SortWords.Conditions : []];

    /// <summary>An expression with a number for its points, at most that deep.</summary>
    public Expression Value(int depth)
    {
        if (depth <= 0 || random.Next(12) == 0)
            return Leaf();
        Word word = Draw(functions);
        Expression[] inputs = new Expression[word.Arity];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = i < word.Conditions ? Condition(depth - 1) : Value(depth - 1 - (random.Next(3) == 0 ? 1 : 0));
        return Fit(word, inputs) ?? Leaf();
    }

    /// <summary>A quotient of sums, as region losses are.</summary>
    public Expression Score(int depth)
    {
        Expression p = random.Next(3) == 0 ? Value(depth - 2) : Of(Words.Probability), y = random.Next(4) == 0 ? Value(depth - 2)
            : Of(Words.Target);
        Expression overlap = Make(Words.Sum, Make(Words.Multiply, p, y));
        Expression union = Make(Words.Add, Make(Words.Sum, Positive(p)), Make(Words.Sum, Positive(y)));
        Expression smooth = Of(Words.Number, random.Next(2) == 0 ? 1 : 0.125);
        Expression score = Make(Words.Divide, Make(Words.Add, Make(Words.Multiply, Of(Words.Number, 2), overlap), smooth),
            Make(Words.Add, union, smooth));
        Expression loss = Make(Words.Subtract, Of(Words.Number, 1), score);
        if (random.Next(2) == 0)
            loss = Make(Words.MeanOverClasses, loss);
        if (random.Next(3) == 0)
            loss = Make(Words.Multiply, Value(1), loss);
        return context.Analyse(loss) is null ? Value(depth) : loss;
    }

    private Expression Condition(int depth)
    {
        for (int attempt = 0; attempt < 6; attempt++)
        {
            Word word = Draw(conditions);
            Expression condition = word.Arity == 0 ? Of(word) : word.Conditions > 0
                ? Make(word, [.. Enumerable.Range(0, word.Arity).Select(_ => Condition(depth - 1))])
                : random.Next(2) == 0 ? Make(word, Value(depth - 1), Of(Words.Number, Draw(Thresholds)))
                : Make(word, Draw([Of(Words.Target), Make(Words.Sum, Of(Words.Target)), Leaf(Draw(Words.Leaves))]),
                Of(Words.Number, Draw([0, 0.5, 1])));
            if (context.Analyse(condition) is not null)
                return condition;
        }

        return Make(Words.Conditions[0], Of(Words.Number, 0.5), Of(Words.Target));
    }

    private Expression Leaf()
    {
        if (context.Locals.Length > 0 && random.Next(3) == 0)
            return Of(Words.Local, random.Next(context.Locals.Length));
        if (random.Next(6) == 0)
            return Of(Words.Number, Draw(Numbers));
        return Leaf(Draw(Words.Leaves));
    }

    private Expression Leaf(Word word)
    {
        double number = word == Words.Parameter ? random.Next(Math.Max(1, context.Numbers.Length)) : word == Words.PerClass
            ? random.Next(Math.Max(1, context.PerClass.Length))
            : word == Words.Map ? random.Next(Math.Max(1, context.Maps.Length)) : 0;
        Expression leaf = Of(word, number);
        return context.Analyse(leaf) is null ? Of(Words.Probability) : leaf;
    }

    // The word on these inputs, brought into its domain where they are not.
    private Expression? Fit(Word word, Expression[] inputs)
    {
        double number = word.Name == "Pow by a number" ? Draw(Exponents) : 0;
        if (word.Name == "Clamp")
            inputs = random.Next(2) == 0 ? [inputs[0], Of(Words.Number, 0.213), Of(Words.Number, 0.617)] : [inputs[0], Bound(), Bound()];
        if (word.Name == "Pow" && context.Numbers.Length > 0 && random.Next(3) > 0)
            inputs = [inputs[0], Of(Words.Parameter, random.Next(context.Numbers.Length))];
        if (word.Name == "Divide")
            inputs = [inputs[0], Draw([Of(Words.Target), Make(Words.Sum, Of(Words.Target)), inputs[1]]), inputs[2]];
        for (int attempt = 0; attempt < 3; attempt++)
        {
            var expression = new Expression(word, [.. inputs], number);
            if (context.Analyse(expression) is not null)
                return expression;
            int last = word.Name is "/" ? 1 : 0;
            if (word.Conditions > 0)
                return null;
            inputs = [.. inputs.Select((input, i) => i < last ? input : attempt == 0 ? Positive(input) : Bounded(input))];
        }

        return null;
    }

    // What does not move with the logits; which of two is larger may differ from point to point.
    private Expression Bound() => Draw([Leaf(Words.Parameter), Leaf(Words.PerClass), Leaf(Words.Map), Of(Words.Target),
        Make(Words.Sum, Of(Words.Target)), Of(Words.Number, Draw(Thresholds))]);

    private Expression Positive(Expression input)
    {
        if (context.Analyse(input) is { Range.Low: >= 0.02 })
            return input;
        Expression offset = Of(Words.Number, Draw([0.125, 0.37, 1]));
        Expression positive = random.Next(3) switch
        {
            0 => Make(Words.Add, Make(Words.Square, input), offset),
            1 => Make(Words.Softplus, input),
            _ => Make(Words.Add, Make(Words.Sigmoid, input), offset),
        };
        return context.Analyse(input) is { Range.Low: >= 0 } ? Make(Words.Add, input, offset) : positive;
    }

    private Expression Bounded(Expression input) => Make(Words.Add, Of(Words.Number, 1.3), Make(Words.Tanh, input));

    private static Expression Make(Word word, params Expression[] inputs) => new(word, [.. inputs]);

    private static Expression Of(Word word, double number = 0) => new(word, [], number);

    private Word Draw(IReadOnlyList<Word> words)
    {
        int ticket = random.Next(words.Sum(word => word.Weight));
        return words.First(word => (ticket -= word.Weight) < 0);
    }

    private T Draw<T>(T[] choices) => choices[random.Next(choices.Length)];
}
