using System.Collections.Immutable;

namespace LossGen.Compiler.Graph;

/// <summary>One number a class, which <see cref="Op.PerClass"/> reads: constants, or a run-time parameter.</summary>
/// <param name="Constants">The numbers; none for a parameter.</param>
/// <param name="Parameter">The place of the parameter among those with one number a class; -1 for constants.</param>
internal sealed record ClassNumbers(ImmutableArray<double> Constants, int Parameter = -1)
{
    public bool IsConstant => Parameter < 0;

    public bool Equals(ClassNumbers? other) =>
        other is not null && Parameter == other.Parameter && Constants.SequenceEqual(other.Constants);

    public override int GetHashCode() => Constants.Aggregate(Parameter, (hash, number) => (hash * 31) + number.GetHashCode());
}
