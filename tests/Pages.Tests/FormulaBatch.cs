using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;
using LossGen.Pages.Catalogue;
using LossGen.Pages.Formulas;

namespace LossGen.Pages.Tests;

/// <summary>Random data, on which the formula of a page is computed as it is written: every value lies on all of N, C, S.</summary>
internal sealed class FormulaBatch
{
    private int Batch { get; } = 2;

    private int Classes { get; } = 4;

    private int Pixels { get; } = 5;

    private readonly Activation activation;
    private readonly bool hasLabels;
    private readonly double[] logits;
    private readonly double[] target;
    private readonly long[] labels;

    // The data of a loss of pairs, whose matrix is the logits.
    private readonly PairBatch? pairs;
    private readonly Dictionary<string, double[]> inputs = [];
    private readonly Dictionary<Expression, double[]> known = [];

    public FormulaBatch(Term term, Presentation presentation)
    {
        if (term.ComparesPairs)
        {
            pairs = new PairBatch(term.Pairs[0]);
            (Batch, Classes, Pixels) = (pairs.Matrices, pairs.Side, pairs.Side);
            (logits, target, labels) = (pairs.Entries, pairs.Targets, []);
            return;
        }

        (logits, target, labels) = (new double[Batch * Classes * Pixels], new double[Batch * Classes * Pixels], new long[Batch * Pixels]);
        var random = new Random(7);
        activation = presentation.Activation;
        hasLabels = activation is Activation.Softmax or Activation.Sigmoid;
        foreach ((int n, int s) in Points())
        {
            // Ascending numbers are boxes, too; those of target and prediction overlap.
            double[] x = [.. Enumerable.Range(0, Classes).Select(c => 0.4 * c + random.NextDouble())],
                y = [.. Enumerable.Range(0, Classes).Select(c => 0.4 * c + random.NextDouble())];
            Array.Sort(x);
            Array.Sort(y);
            int label = (int)(labels[(n * Pixels) + s] = random.Next(Classes));
            for (int c = 0; c < Classes; c++)
            {
                logits[At(n, c, s)] = hasLabels ? 4 * random.NextDouble() - 2 : x[c];
                target[At(n, c, s)] = !hasLabels ? y[c] : c == label ? 1 : 0;
            }
        }

        foreach (FormulaParameter input in term.Inputs)
        {
            double[] map = [.. logits.Select(_ => 0.5 + random.NextDouble())];
            inputs[input.Name] = input.Kind == ParameterKind.Element ? map : Spread((n, _, s) => map[At(n, 0, s)]);
        }
    }

    /// <summary>The mean of what a formula leaves standing.</summary>
    public double Mean(Expression formula) => Value(formula).Average();

    /// <summary>The value of a loss on the same data.</summary>
    public double Evaluate(ILoss loss)
    {
        if (pairs is not null)
            return pairs.Evaluate(loss);
        var shape = new LossShape(Batch, Classes, Pixels);
        double[][] maps = [.. loss.Definition.Inputs.Select(input => input.Kind == InputKind.Element ? inputs[input.Name]
            : Points().Select(p => inputs[input.Name][At(p.N, 0, p.S)]).ToArray())];
        var passed = new LossInputs(maps.ElementAtOrDefault(0), maps.ElementAtOrDefault(1), maps.ElementAtOrDefault(2),
            maps.ElementAtOrDefault(3));
        return hasLabels ? loss.Evaluate(logits, labels, shape, passed) : loss.Evaluate(logits, target, shape, passed);
    }

    private double[] Value(Expression node) => known.TryGetValue(node, out double[]? value) ? value : known[node] = Compute(node);

    private double[] Compute(Expression node)
    {
        double[][] v = node.Is("Transform") ? [Value(node[1])] : node.Is("Largest") ? [] : [.. node.Items.Select(Value)];
        double[] Each(Func<double, double, double, double> function) =>
            [.. logits.Select((_, i) => function(v[0][i], v.Length > 1 ? v[1][i] : 0, v.Length > 2 ? v[2][i] : 0))];
        double Over(Axes axes, int n, int c, int s, Func<double, int, int, double> part) => (
            from m in axes.Has(Axes.Batch) ? Enumerable.Range(0, Batch) : [n]
            from d in axes.Has(Axes.Class) ? Enumerable.Range(0, Classes) : [c]
            from t in axes.Has(Axes.Pixel) ? Enumerable.Range(0, Pixels) : [s]
            where IsCounted(axes, d, t)
            select part(v[0][At(m, d, t)], At(m, d, t), d)).Sum();
        double[] Total(Axes axes, double divisor = 1) => Spread((n, c, s) => Over(axes, n, c, s, (x, _, _) => x) / divisor);
        const Axes All = Axes.Batch | Axes.Pixel;
        return node.Head switch
        {
            Expression.Number => Spread((_, _, _) => node.Value),
            Expression.Symbol => inputs.TryGetValue(node.Text, out double[]? map) ? map : Spread((_, _, _) => node.Value),
            "logit" or Expression.Similarity or Expression.Entry => logits,
            "probability" => Probability(),
            "complement" => [.. Probability().Select(p => 1 - p)],
            "log-probability" => [.. Probability().Select(p => Math.Log(p))],
            "target" or Expression.IsPair => target,
            "class-index" => Spread((_, c, _) => c),
            "class-count" => Spread((_, _, _) => Classes),
            "pixel-count" => Spread((_, _, _) => Batch * Pixels),
            "add" => Each((a, b, _) => a + b),
            "sub" => Each((a, b, _) => a - b),
            "mul" => Each((a, b, _) => a * b),
            "div" => Each((a, b, _) => a / b),
            "Divide" => Each((a, b, c) => b == 0 ? c : a / b),
            "neg" => Each((a, _, _) => -a),
            "lt" => Each((a, b, _) => a < b ? 1 : 0),
            "le" => Each((a, b, _) => a <= b ? 1 : 0),
            "gt" => Each((a, b, _) => a > b ? 1 : 0),
            "ge" => Each((a, b, _) => a >= b ? 1 : 0),
            "eq" or "EqualTo" => Each((a, b, _) => a == b ? 1 : 0),
            "ne" => Each((a, b, _) => a != b ? 1 : 0),
            "and" => Each((a, b, _) => a != 0 && b != 0 ? 1 : 0),
            "or" => Each((a, b, _) => a != 0 || b != 0 ? 1 : 0),
            "not" => Each((a, _, _) => a == 0 ? 1 : 0),
            "Where" => Each((a, b, c) => a != 0 ? b : c),
            "Abs" => Each((a, _, _) => Math.Abs(a)),
            "Sign" => Each((a, _, _) => Math.Sign(a)),
            "Min" => Each((a, b, _) => Math.Min(a, b)),
            "Max" => Each((a, b, _) => Math.Max(a, b)),
            "Clamp" => Each(Math.Clamp),
            "Exp" => Each((a, _, _) => Math.Exp(a)),
            "Expm1" => Each((a, _, _) => Math.Exp(a) - 1),
            "Log" => Each((a, _, _) => Math.Log(a)),
            "Log1p" => Each((a, _, _) => Math.Log(1 + a)),
            "Sqrt" => Each((a, _, _) => Math.Sqrt(a)),
            "Square" => Each((a, _, _) => a * a),
            "Pow" => Each((a, b, _) => Math.Pow(a, b)),
            Expression.PositivePower => Each((a, b, _) => a > 0 ? Math.Pow(a, b) : 0),
            "Sigmoid" => Each((a, _, _) => 1 / (1 + Math.Exp(-a))),
            "Softplus" => Each((a, _, _) => Math.Max(a, 0) + Math.Log(1 + Math.Exp(-Math.Abs(a)))),
            "LogSumExpOverClasses" => Spread((n, _, s) => LogSumExp(Enumerable.Range(0, Classes).Where(c => IsCounted(Axes.Class, c, s))
                .Select(c => v[0][At(n, c, s)]).ToArray())),
            "LogSigmoid" => Each((a, _, _) => -Math.Log(1 + Math.Exp(-a))),
            "Tanh" => Each((a, _, _) => Math.Tanh(a)),
            "Sinh" => Each((a, _, _) => Math.Sinh(a)),
            "Cosh" => Each((a, _, _) => Math.Cosh(a)),
            "Atan" => Each((a, _, _) => Math.Atan(a)),
            "Erf" => Each((a, _, _) => Kernels.ScalarMath.Erf(a)),
            "Lgamma" => Each((a, _, _) => Kernels.ScalarMath.Lgamma(a)),
            "Digamma" => Each((a, _, _) => Kernels.ScalarMath.Digamma(a)),
            "Detach" => v[0],
            "Sum" or "Total" => Total(All),
            "Mean" or "TotalMean" => Total(All, Batch * Pixels),
            "SumOverClasses" => Total(Axes.Class),
            "MeanOverClasses" => Total(Axes.Class, Classes),
            "SumOverBatch" => Total(Axes.Batch),
            "MeanOverBatch" => Total(Axes.Batch, Batch),
            "MaxOverClasses" => Spread((n, _, s) => Enumerable.Range(0, Classes).Max(c => v[0][At(n, c, s)])),
            "Channel" => Spread((n, _, s) => v[0][At(n, (int)node[1].Value, s)]),
            "Transform" => Spread((n, c, s) => Over(Axes.Class, n, c, s, (x, _, d) => d == c ? 0 : x)), // without numbers: 1 for classes that differ
            "Largest" => Spread((_, _, _) => 1), // likewise
            "RunningSum" or "RunningTotal" => Spread((n, c, s) => Over(All, n, c, s, (x, at, _) => v[1][at] >= v[1][At(n, c, s)] ? x : 0)),
            _ => throw new NotSupportedException(node.Head),
        };
    }

    private static double LogSumExp(double[] numbers)
    {
        double largest = numbers.Max();
        return double.IsNegativeInfinity(largest) ? largest : largest + Math.Log(numbers.Sum(number => Math.Exp(number - largest)));
    }

    // A row is no pair with itself.
    private bool IsCounted(Axes axes, int c, int s) => pairs is not { AreRows: true } || !axes.Has(Axes.Class) || c != s;

    private double[] Probability() => activation switch
    {
        Activation.Softmax => Spread((n, c, s) => Math.Exp(logits[At(n, c, s)]) / Enumerable.Range(0, Classes)
            .Sum(d => Math.Exp(logits[At(n, d, s)]))),
        Activation.Sigmoid => [.. logits.Select(x => 1 / (1 + Math.Exp(-x)))],
        Activation.Exp => [.. logits.Select(x => Math.Exp(x))],
        _ => logits,
    };

    private double[] Spread(Func<int, int, int, double> value) =>
        [.. from n in Enumerable.Range(0, Batch) from c in Enumerable.Range(0, Classes) from s in Enumerable.Range(0,
            Pixels) select value(n, c, s)];

    private IEnumerable<(int N, int S)> Points() => from n in Enumerable.Range(0, Batch)
                                                    from s in Enumerable.Range(0, Pixels)
                                                    select (n,
        s);

    private int At(int n, int c, int s) => (((n * Classes) + c) * Pixels) + s;
}
