using System.Globalization;
using System.Reflection;
using System.Text;

namespace LossGen.Golden;

/// <summary>Builds the text of a declared loss: what a person would write to get a peer's loss.</summary>
internal sealed class Declaration
{
    [ThreadStatic]
    private static Convention t_under;

    private readonly AttributeText loss;
    private readonly List<AttributeText> terms = [];
    private readonly List<string> types = [];

    public Declaration(Activation activation)
    {
        loss = new AttributeText("Loss").Argument(activation);
        if (Under != Convention.None)
            loss.With("Convention", Under);
    }

    /// <summary>States a convention in the declarations of this thread, and of the options only those that differ from it.</summary>
    public static Convention Under
    {
        get => t_under;
        set => t_under = value;
    }

    /// <summary>The loss attribute, for its options.</summary>
    public AttributeText Loss => loss;

    /// <summary>Adds a term; the caller states its options.</summary>
    public AttributeText Term(string name)
    {
        var term = new AttributeText(name);
        terms.Add(term);
        return term;
    }

    /// <summary>Adds a term attribute of the declaration's own, in full.</summary>
    public void Type(string text) => types.Add(text);

    /// <summary>The declaration: equal texts are the same loss.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (string type in types)
            text.Append(type.ReplaceLineEndings("\n").TrimEnd()).Append("\n\n");
        text.Append(loss).Append('\n');
        foreach (AttributeText term in terms)
            text.Append(term).Append('\n');
        return text.Append("public sealed partial class ").Append(DeclarationCompiler.ClassName).Append(";\n").ToString();
    }
}

/// <summary>An attribute with its arguments as C#.</summary>
internal sealed class AttributeText(string name)
{
    private readonly List<string> arguments = [];

    public AttributeText Argument<T>(T value)
        where T : struct, Enum
    {
        arguments.Add(Literal(value));
        return this;
    }

    public AttributeText With(string option, double value) => Add(option, Literal(value));

    public AttributeText With(string option, int value) => Add(option, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>States the option if it is true.</summary>
    public AttributeText With(string option, bool value) => value || Default(option) == "true" ? Add(option, value ? "true" : "false")
        : this;

    /// <summary>States that the option is off.</summary>
    public AttributeText Without(string option) => Add(option, "false");

    /// <summary>States the option if there is one.</summary>
    public AttributeText With(string option, double? value) => value is double number ? With(option, number) : Default(option) is null
        ? this : With(option, double.NaN);

    public AttributeText With(string option, double[]? values) =>
        values is null ? this : Add(option, $"new double[] {{ {string.Join(", ", values.Select(Literal))} }}");

    public AttributeText With(string option, int[]? values) =>
        values is null ? this : Add(option, $"new[] {{ {string.Join(", ", values)} }}");

    public AttributeText With<T>(string option, T value)
        where T : struct, Enum => Add(option, Literal(value));

    public static string Literal(double value) => double.IsNaN(value) ? "double.NaN" : value.ToString("R", CultureInfo.InvariantCulture);

    public override string ToString() => arguments.Count == 0 ? $"[{name}]" : $"[{name}({string.Join(", ", arguments)})]";

    private static string Literal<T>(T value)
        where T : struct, Enum => $"{typeof(T).Name}.{value}";

    private AttributeText Add(string option, string text)
    {
        if (Default(option) != text)
            arguments.Add($"{option} = {text}");
        return this;
    }

    // The option's default under the convention, as C#.
    private string? Default(string option)
    {
        if (Declaration.Under == Convention.None)
            return null;
        for (Type? type = typeof(LossAttribute).Assembly.GetType($"LossGen.{name}Attribute"); type is not null; type = type.BaseType)
        {
            IEnumerable<ConventionDefaultAttribute> own = type.GetCustomAttributes<ConventionDefaultAttribute>(inherit: false)
                .Where(preset => preset.Option == option);
            IEnumerable<ConventionDefaultAttribute> property = type.GetProperty(option,
                Declared)?.GetCustomAttributes<ConventionDefaultAttribute>(inherit: false) ?? [];
            if (own.Concat(property).FirstOrDefault(preset => preset.Convention == Declaration.Under) is { } found)
                return found.Value switch
                {
                    double number => Literal(number),
                    bool truth => truth ? "true" : "false",
                    Enum member => $"{member.GetType().Name}.{member}",
                    _ => throw new NotSupportedException()
                };
        }

        return null;
    }

    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;
}
