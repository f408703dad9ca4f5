using System.Reflection;
using LossGen.Compiler.Formula;

namespace LossGen.Pages.Catalogue;

/// <summary>A term of the catalogue: its attribute class and the formula that the generator wrote onto it.</summary>
internal sealed class Term
{
    private Term(Type type)
    {
        Type = type;
        Name = NameOf(type);
        Pairs = Bases.Select(own => own.GetCustomAttribute<TakesPairsAttribute>(inherit: false)?.Kinds)
            .FirstOrDefault(kinds => kinds is not null) ?? [];
        Formula = FormulaText.Parse(Bases.Select(own => own.GetCustomAttribute<CompiledFormulaAttribute>(inherit: false))
            .OfType<CompiledFormulaAttribute>().First().Text);
        object instance = Activator.CreateInstance(type)!;
        Options = [.. Bases.SelectMany(own => own.GetProperties(Declared).Where(property => property.CanWrite)
            .OrderBy(property => property.MetadataToken)
            .Select(property => new Option(property, property.GetValue(instance), own == type)))];
    }

    /// <summary>All terms of the catalogue, by name.</summary>
    public static IReadOnlyList<Term> All { get; } = [.. typeof(LossTermAttribute).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(LossTermAttribute)) && type is { IsAbstract: false, IsPublic: true })
        .OrderBy(type => type.Name, StringComparer.Ordinal)
        .Select(type => new Term(type))];

    public Type Type { get; }

    /// <summary>The name as a declaration writes it.</summary>
    public string Name { get; }

    public FormulaText Formula { get; }

    /// <summary>What it may compare, if it compares pairs; else empty.</summary>
    public IReadOnlyList<Pairs> Pairs { get; }

    public bool ComparesPairs => Pairs.Count > 0;

    /// <summary>It compares columns of two views, not rows.</summary>
    public bool ComparesColumns => ComparesPairs && Pairs[0] is (LossGen.Pairs.Correlation or LossGen.Pairs.Covariance);

    /// <summary>Its own options and those of its base classes, without those of every term.</summary>
    public IReadOnlyList<Option> Options { get; }

    /// <summary>The inputs of the call, one number a pixel or one a class and pixel.</summary>
    public IEnumerable<FormulaParameter> Inputs =>
        Formula.Parameters.Where(parameter => parameter.Kind is ParameterKind.Pixel or ParameterKind.Element);

    /// <summary>The attribute class and its bases below the one that all terms share.</summary>
    public IEnumerable<Type> Bases
    {
        get
        {
            for (Type type = Type; type != typeof(LossTermAttribute); type = type.BaseType!)
                yield return type;
        }
    }

    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static string NameOf(Type type) => type.Name.EndsWith("Attribute", StringComparison.Ordinal) ? type.Name[..^"Attribute".Length]
        : type.Name;

    /// <summary>
    /// What a convention makes of the options, in their order. What a class says of an inherited option goes before what the option says.
    /// </summary>
    public IEnumerable<(Option Option, object Value)> DefaultsUnder(Convention convention)
    {
        foreach (Option option in Options)
        {
            IEnumerable<ConventionDefaultAttribute> stated = Bases
                .SelectMany(type => type.GetCustomAttributes<ConventionDefaultAttribute>(inherit: false))
                .Where(preset => preset.Option == option.Name)
                .Concat(option.Property.GetCustomAttributes<ConventionDefaultAttribute>(inherit: false));
            if (stated.FirstOrDefault(preset => preset.Convention == convention) is { } found)
                yield return (option, found.Value);
        }
    }

    /// <summary>What a convention makes of the options of the loss.</summary>
    public static IEnumerable<(string Option, object Value)> LossDefaultsUnder(Convention convention) =>
        from property in typeof(LossAttribute).GetProperties(Declared)
        from preset in property.GetCustomAttributes<ConventionDefaultAttribute>(inherit: false)
        where preset.Convention == convention
        select (property.Name, preset.Value);
}
