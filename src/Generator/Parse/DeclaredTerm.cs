using LossGen.Generator.Diagnostics;
using LossGen.Compiler.Model;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>A term as a loss declares it: a formula, and what its attribute states. The formula in place has no attribute.</summary>
internal sealed record DeclaredTerm(string Name, DeclaredFormula Formula, AttributeReader? Attribute)
{

    /// <summary>The types that generated code names: the class of the formula, and the enumerations among its parameters.</summary>
    public IEnumerable<ITypeSymbol> Types => Attribute is null ? [] : Formula.Parameters.Select(parameter => parameter.Type)
        .Where(type => type.TypeKind == TypeKind.Enum).Append(Formula.Method.ContainingType);

    public double Weight => Attribute?.FindNumber("Weight", 1) ?? 1;

    public bool IncludeBackground => Attribute?.FindNumber("IncludeBackground", 1) != 0;

    public EquatableArray<int> OnlyClasses =>
        Attribute?.Find("OnlyClasses") is { IsList: true, Numbers: var classes } ? classes.Select(number => (int)number).ToEquatableArray()
            : [];

    /// <summary>The term's own activation, where its attribute or its class states one.</summary>
    public Activation? Activation => Attribute?.Find("Activation")?.Number is { } number ? (Activation)(int)number : null;

    /// <summary>The options that name an input with the term's weights, with what they name.</summary>
    public IEnumerable<(string Option, string Input)> WeightMaps =>
        new[] { OptionNames.PixelWeights, OptionNames.ElementWeights }
            .Select(option => (option, Attribute?.Find(option)?.Text!))
            .Where(map => map.Item2 is not null);

    public bool NormalizeWeightMaps => Attribute?.FindNumber(OptionNames.NormalizeWeightMaps, 0) > 0;

    /// <summary>The term, or one that it derives from, says that its prediction is a probability.</summary>
    public bool TakesProbability => Says("TakesProbabilityAttribute");

    /// <summary>The same of its target.</summary>
    public bool TakesUnitTarget => Says("TakesUnitTargetAttribute");

    /// <summary>It says that there are no channels but those that the formula asks for by their numbers.</summary>
    public bool TakesChannelsByNumber => Says("TakesChannelsByNumberAttribute");

    /// <summary>What the loss may compare whose term it is; empty for a term that compares no pairs.</summary>
    public IReadOnlyList<Pairs> TakesPairs
    {
        get
        {
            for (INamedTypeSymbol? type = Attribute?.Class; type is not null; type = type.BaseType)
            {
                if (type.GetAttributes().FirstOrDefault(data =>
                    data.AttributeClass.IsLossGen("TakesPairsAttribute")) is { ConstructorArguments: { Length: > 0 } arguments })
                {
                    return arguments.SelectMany(argument => argument.Kind == TypedConstantKind.Array ? argument.Values.AsEnumerable()
                        : [argument])
                        .Select(argument => argument.Value).OfType<int>().Select(kind => (Pairs)kind).ToList();
                }
            }

            return [];
        }
    }

    /// <summary>The options that the attribute states, by the names of the formula's parameters.</summary>
    public EquatableArray<string> Stated => Attribute is { } attribute
        ? Formula.Parameters.Where(parameter => parameter.HasOption && attribute.States(parameter.Name)).Select(parameter => parameter.Name)
            .Concat(new[] { OptionNames.PixelWeights, OptionNames.ElementWeights, OptionNames.NormalizeWeightMaps }.Where(attribute.States))
            .ToEquatableArray()
        : [];

    /// <summary>The method as the generated code calls it.</summary>
    public string FormulaMethod(Compilation compilation) => Attribute is null
        ? KnownTypes.FormulaMethod
        : $"{Formula.Method.ContainingType.NameIn(compilation)}.{KnownTypes.FormulaMethod}";

    private bool Says(string metadata)
    {
        for (INamedTypeSymbol? type = Attribute?.Class; type is not null; type = type.BaseType)
        {
            if (type.GetAttributes().Any(data => data.AttributeClass.IsLossGen(metadata)))
                return true;
        }

        return false;
    }

    /// <summary>A term attribute of a loss; null, with a message, when it has no formula.</summary>
    public static DeclaredTerm? Read(AttributeReader attribute, INamedTypeSymbol loss, Compilation compilation, DiagnosticSink sink,
        CancellationToken cancellation)
    {
        INamedTypeSymbol term = attribute.Class;
        string name = term.Name.EndsWith("Attribute", StringComparison.Ordinal)
            ? term.Name.Substring(0, term.Name.Length - "Attribute".Length) : term.Name;
        bool isHere = SymbolEqualityComparer.Default.Equals(term.ContainingAssembly, compilation.Assembly);
        if (FormulaSignature.FindOwner(term) is not { } owner)
        {
            sink.Report(
                Descriptors.NoFormula, attribute.Location, term.Name, "formula",
                isHere ? "add 'public static Value Formula(Prediction x, Target y)' to it"
                    : $"it needs one in assembly '{term.ContainingAssembly.Name}'");
            return null;
        }

        if (IsLocalToItsFile(owner))
        {
            sink.MarkBroken(); // reported at the term
            return null;
        }

        if (isHere && !compilation.IsSymbolAccessibleWithin(owner, loss))
        {
            sink.Report(Descriptors.NoFormula, attribute.Location, term.Name, "formula that can be called from here",
                $"make '{owner.Name}' and what contains it internal");
            return null;
        }

        if (FindUnknown(attribute, owner) is { } option)
        {
            // In a term of this project it is reported where it stands.
            if (isHere)
                sink.MarkBroken();
            else
                sink.Report(Descriptors.OptionNotKnown, attribute.Location, term.Name, $"'{option}'", $"what assembly '{term.ContainingAssembly.Name}' does with it is in no metadata: build it with the same version of LossGen, the term partial");
            return null;
        }

        DeclaredFormula? formula;
        if (SymbolEqualityComparer.Default.Equals(owner.ContainingAssembly, compilation.Assembly))
        {
            // Errors inside the term are reported once, where the term is declared.
            var elsewhere = new DiagnosticSink();
            formula = SourceFormulaReader.Read(owner, isTerm: true, compilation, elsewhere, cancellation);
        }
        else
        {
            formula = CompiledFormulaReader.Read(owner, term, attribute.Location, compilation, sink);
        }

        if (formula is null)
            sink.MarkBroken();
        return formula is null ? null : new(name, formula, attribute);
    }

    private static bool IsLocalToItsFile(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.IsFileLocal)
                return true;
        }

        return false;
    }

    // The first option whose value is not known at compile time, of those that the formula takes and those that every term has.
    private static string? FindUnknown(AttributeReader attribute, INamedTypeSymbol owner) =>
        FormulaSignature.FindMethods(owner).First().Parameters.Skip(2).Select(parameter => KnownTypes.Pascal(parameter.Name))
            .Concat(OfEveryTerm)
            .FirstOrDefault(option => attribute.IsUnknown(option, out _));

    /// <summary>The options that every term has.</summary>
    public static IEnumerable<string> OfEveryTerm => ["Weight", "IncludeBackground", "OnlyClasses", "Activation", OptionNames.PixelWeights,
        OptionNames.ElementWeights, OptionNames.NormalizeWeightMaps];
}
