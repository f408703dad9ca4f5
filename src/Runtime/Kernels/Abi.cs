using System.ComponentModel;
using System.Reflection;

namespace LossGen.Kernels;

/// <summary>
/// The contract between compiled losses and this library: the public types of this namespace, <see cref="ILoss"/>,
/// <see cref="LossDefinition"/> and what <see cref="ILoss.Reference"/> takes. Generated code calls it, people do not.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Abi
{
    /// <summary>
    /// The number of the contract. A constant, so that the C# compiler writes into each loss the number that it was compiled against. It
    /// goes up whenever a loss that was compiled before would not run, or not compute the same.
    /// </summary>
    public const int Version = 2;

    /// <summary>The definition of a loss that was compiled against this version.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="version">The number of the contract that the loss was compiled against.</param>
    /// <exception cref="InvalidOperationException">It is another one.</exception>
    public static LossDefinition Checked(LossDefinition definition, int version) =>
        version == Version ? definition : throw Mismatch(definition, version);

    private static InvalidOperationException Mismatch(LossDefinition definition, int version)
    {
        Assembly library = typeof(Abi).Assembly;
        string release = library.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? library.GetName().Version!.ToString();
        return new($"{definition.Name} was compiled against version {version} of LossGen's contract with compiled losses; "
            + $"LossGen {release}, which runs it, has version {Version}. Rebuild the project that declares {definition.Name} with LossGen {release}.");
    }
}
