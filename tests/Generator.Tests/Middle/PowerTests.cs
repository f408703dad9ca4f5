using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;

namespace LossGen.Generator.Tests.Middle;

/// <summary>Whole and half powers are products and square roots.</summary>
public class PowerTests
{
    [Theory]
    [InlineData(-2)]
    [InlineData(-1)]
    [InlineData(-0.5)]
    [InlineData(0.5)]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(2.5)]
    [InlineData(3)]
    [InlineData(4)]
    public void NeedNoLogarithm(double exponent)
    {
        var builder = new GraphBuilder();
        Node power = new Lowering(builder, perImage: false).Lower(builder.Power(builder.Logit, builder.Constant(exponent)));
        Assert.DoesNotContain(Build.Reachable(power), node => node.Op is Op.Power or Op.Log or Op.Exp);
    }
}
