using System.Text;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Middle;

/// <summary>Long formulas: time and size grow with the length, not with the number of paths through the graph.</summary>
public class GrowthTests
{
    public static TheoryData<string> Steps => new(
        "(mul {0} (Square {0}))",
        "(add {0} (mul {0} (probability)))",
        "(Square (add {0} (target)))",
        "(Pow (add 1 (Square {0})) 1.5)",
        "(mul (target) (add {0} (mul (sub 1 (target)) {0})))",
        "(Where (lt {0} 0.3) (mul {0} 2) (add {0} 1))",
        "(Where (lt (target) 0.5) (mul {0} 2) (add {0} (probability)))",
        "(div {0} (add 1 (Square {0})))",
        "(Max {0} (mul 0.5 {0}))",
        "(Tanh (add {0} (Mean {0})))",
        "(Log (add 1 (Exp (neg {0}))))",
        "(MaxOverClasses (add (probability) {0}))",
        "(add (probability) (SumOverClasses (mul (target) {0})))");

    [Theory]
    [MemberData(nameof(Steps))]
    public void GrowsLinearly(string step)
    {
        (int small, _) = Size(step, 10);
        (int middle, _) = Size(step, 20);
        (int large, TimeSpan time) = Size(step, 40);
        Assert.True(large - middle <= 2.5 * (middle - small) + 200, $"{small}, {middle}, {large} nodes for 10, 20, 40 steps");
        Assert.True(time < TimeSpan.FromSeconds(20), $"{time} for 40 steps");
    }

    [Theory]
    [InlineData("(mul {0} (add {0} 1))")]
    [InlineData("(Square (mul {0} (probability)))")]
    [InlineData("(Pow {0} 2)")]
    [InlineData("(mul {0} (sub 1 (target)))")]
    public void FiveHundredStepsTakeNoTime(string step)
    {
        Size(step, 10);
        var limit = TimeSpan.FromSeconds(5);
        (int nodes, TimeSpan time) = Size(step, 500);
        for (int attempt = 1; attempt < 3 && time >= limit; attempt++) // this thread collects what others left, or waits for their memory
            time = Size(step, 500).Time;
        Assert.True(nodes < 20000, $"{nodes} nodes");
        Assert.True(time < limit, $"{time} for 500 steps");
    }

    /// <summary>
    /// What one pass computed is kept for later ones: without that, each of a chain's passes would compute the chain anew.
    /// </summary>
    [Theory]
    [InlineData("(Mean (mul (target) (SoftSkeleton (probability) {0})))")]
    [InlineData("(div (Mean (mul (target) (SoftSkeleton (probability) {0}))) (add 1 (Mean (SoftSkeleton (target) {0}))))")]
    public void ThePassesOfAChainOfStepsGrowLinearly(string formula)
    {
        int small = Work(6), middle = Work(12), large = Work(24);
        Assert.True(large - middle <= 2.2 * (middle - small), $"{small}, {middle}, {large} nodes in all passes for 6, 12, 24 erosions");

        int Work(int erosions) => Build
            .Plan(Build.Options with { Dimensions = 2 }, indexTarget: true,
            Build.Term($"(return {string.Format(System.Globalization.CultureInfo.InvariantCulture, formula, erosions)})"))
            .AllPasses.Sum(pass => pass.PixelNodes().Count);
    }

    // The nodes below value and gradient after lowering, of a formula in which each step uses the one before.
    private static (int Nodes, TimeSpan Time) Size(string step, int count)
    {
        var formula = new StringBuilder("(let v0 (probability)) ");
        for (int i = 1; i <= count; i++)
            formula.Append($"(let v{i} {string.Format(System.Globalization.CultureInfo.InvariantCulture, step, "v" + (i - 1))}) ");
        formula.Append($"(return (Mean v{count}))");
        int nodes = 0;
        TimeSpan time = ThreadTime.Of(() =>
        {
            foreach (bool indexTarget in new[] { true, false })
            {
                LossPlan plan = Build.Plan(Build.Options, indexTarget, Build.Term(formula.ToString()));
                nodes += Build.Reachable(plan.Value, plan.Gradient).Count;
            }
        });

        return (nodes, time);
    }
}
