using System.Collections.Immutable;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Model;
using LossGen.Compiler.Text;
using LossGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>Options that contradict one another, or a number that cannot be meant.</summary>
internal static class OptionChecks
{
    public static void Check(LossOptions options, AttributeReader loss, IReadOnlyList<DeclaredTerm> terms, DiagnosticSink sink)
    {
        if (options.Target == TargetKind.Index)
        {
            if (options.DropLastTargetChannel)
                sink.Report(Descriptors.NeedsDenseTarget, loss.LocationOf("DropLastTargetChannel"), "DropLastTargetChannel");
            if (options.TargetClassAxis == ClassAxis.Last)
                sink.Report(Descriptors.NeedsDenseTarget, loss.LocationOf("TargetClassAxis"), "TargetClassAxis");
        }
        CheckEnumeration(loss, "Convention", "Convention", sink);
        CheckIgnoreIndex(options, loss, sink);
        if (options.Classes == 1)
            CheckSoftmaxOverOneClass(options, loss, terms, sink);

        // The first statement of the number of classes is what later ones are held against.
        (int Count, string Source)? classes = options.Classes > 0 ? (options.Classes, $"Classes = {options.Classes}") : null;
        foreach (DeclaredTerm term in terms)
        {
            if (term.Attribute is not { } attribute)
                continue;
            CheckWeight(term, attribute, sink);
            CheckEnumerations(term, attribute, sink);
            OptionRanges.CheckStated(term, attribute, sink);
            // In the order in which they are stated, then those that the term's class sets.
            foreach (string name in attribute.Stated.Concat(term.Formula.Parameters.Select(parameter => KnownTypes.Pascal(parameter.Name)))
                .Distinct())
            {
                if (attribute.Find(name) is { IsList: true, Numbers: var numbers }
                    && term.Formula.Parameters.FirstOrDefault(parameter => parameter.TakesNumbers && KnownTypes.NamesMatch(parameter.Name,
                    name)) is { } parameter)
                    classes = CheckNumbers(term, attribute, parameter.Kind == ParameterKind.Matrix, name, numbers, classes, sink);
            }
        }
        foreach (DeclaredTerm term in terms)
            CheckClassSet(term, classes, sink);
    }

    // Of class indices 0 is a class always, and with one class 1 as well: labels are the target itself then. In a dense target any number
    // may mean that an element is not known.
    private static void CheckIgnoreIndex(LossOptions options, AttributeReader loss, DiagnosticSink sink)
    {
        int classes = Math.Max(options.Classes == 1 ? 2 : options.Classes, 1);
        if (options.Target == TargetKind.Dense || options.Pairs != Pairs.None || options.IgnoreIndex is not { } first)
            return;
        foreach (int index in options.OtherIgnoreIndices.Prepend(first))
        {
            if (index >= 0 && index < classes)
                sink.Report(Descriptors.IgnoredClass, PlaceOfIgnored(loss, index), index, ClassOf(options, index));
        }
    }

    private static Location? PlaceOfIgnored(AttributeReader loss, int index)
    {
        int at = loss.Find("IgnoreIndices") is { IsList: true, Numbers: var numbers } ? numbers.IndexOf(index) : -1;
        return at < 0 ? loss.LocationOfValue("IgnoreIndex") : loss.LocationOfElement("IgnoreIndices", at);
    }

    private static string ClassOf(LossOptions options, int index) => options.Classes switch
    {
        0 => "the first class",
        1 => index == 0 ? "the label of what is not of the class" : "the label of what is of the class",
        int count => $"one of the {count} classes",
    };

    private static void CheckSoftmaxOverOneClass(LossOptions options, AttributeReader loss, IReadOnlyList<DeclaredTerm> terms,
        DiagnosticSink sink)
    {
        const string Cure = "a softmax over one class is always 1: use Activation.Sigmoid, or two classes";
        if (options.Activation == Activation.Softmax && terms.Any(term => term.Activation is null))
            sink.Report(Descriptors.ClassesContradict, loss.LocationOf("Classes"), "Classes = 1", "Activation.Softmax", Cure);
        foreach (DeclaredTerm term in terms)
        {
            if (term.Activation == Activation.Softmax)
                sink.Report(Descriptors.ClassesContradict, term.Attribute?.LocationOf("Activation"),
                    $"Activation.Softmax of term '{term.Name}'", "Classes = 1", Cure);
        }
    }

    private static void CheckEnumerations(DeclaredTerm term, AttributeReader attribute, DiagnosticSink sink)
    {
        foreach (string name in attribute.Stated.Concat(term.Formula.Parameters.Where(parameter => parameter.HasOption)
            .Select(parameter => KnownTypes.Pascal(parameter.Name))).Distinct())
            CheckEnumeration(attribute, name, $"{name} of term '{term.Name}'", sink);
    }

    private static void CheckEnumeration(AttributeReader attribute, string name, string option, DiagnosticSink sink)
    {
        if (attribute.TypeOf(name) is not { TypeKind: TypeKind.Enum } type || attribute.Find(name) is not { } value)
            return;
        if (value.Number is not { } number)
        {
            sink.Report(
                Descriptors.OptionOutOfRange, attribute.LocationOfValue(name), option, "a number of 64 bits",
                "which formulas cannot tell from others, since they compute with doubles, which hold whole numbers up to 2^53; give the member a smaller number");
            return;
        }

        List<IFieldSymbol> members = type.GetMembers().OfType<IFieldSymbol>().Where(field => field.HasConstantValue).ToList();
        List<double> values = members.Select(member => Numbers.TryRead(member.ConstantValue, out double known) ? known : double.NaN)
            .ToList();
        if (!values.Contains(number) && !(IsFlags(type) && IsCombination(number, values)))
        {
            sink.Report(
                Descriptors.OptionOutOfRange, attribute.LocationOfValue(name), option, Numbers.Write(number),
                $"write one of {string.Join(", ", members.Select(member => member.Name))}{(IsFlags(type) ? ", or several of them joined by |" : "")}");
        }
    }

    private static bool IsFlags(ITypeSymbol type) => type.GetAttributes().Any(attribute =>
        attribute.AttributeClass is
        {
            Name: "FlagsAttribute", ContainingNamespace:
            {
                Name: "System",
                ContainingNamespace.IsGlobalNamespace: true
            }
        });

    // Every bit of it is of some member.
    private static bool IsCombination(double number, List<double> members) =>
        ((long)number & ~members.Aggregate(0L, (all, member) => all | (long)member)) == 0;

    private static void CheckWeight(DeclaredTerm term, AttributeReader attribute, DiagnosticSink sink)
    {
        if (!IsWeight(term.Weight))
            sink.Report(Descriptors.WrongWeight, attribute.LocationOfValue("Weight"), "Weight", term.Name, Numbers.Write(term.Weight));
    }

    private static (int Count, string Source)? CheckNumbers(
        DeclaredTerm term, AttributeReader attribute, bool isMatrix, string name, ImmutableArray<double> numbers,
            (int Count, string Source)? classes, DiagnosticSink sink)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            // Other numbers a class, margins for example, may well be negative.
            if (!IsWeight(numbers[i]) && (!IsFinite(numbers[i]) || name.EndsWith("Weights", StringComparison.Ordinal)))
                sink.Report(Descriptors.WrongWeight, attribute.LocationOfElement(name, i), $"{name}[{i}]", term.Name,
                    Numbers.Write(numbers[i]));
        }

        int count = isMatrix ? (int)Math.Round(Math.Sqrt(numbers.Length)) : numbers.Length;
        string source = $"{name} of {term.Name} with {numbers.Length} number(s)";
        if (isMatrix && count * count != numbers.Length)
        {
            sink.Report(
                Descriptors.OptionOutOfRange, attribute.LocationOfValue(name), $"{name} of term '{term.Name}'",
                    $"{numbers.Length} number(s) long",
                "write a square matrix row by row, one number for each pair of classes");
            return classes;
        }

        if (classes is { } known && known.Count != count)
        {
            string needed = isMatrix ? $"the {known.Count * known.Count} pairs of classes" : $"the {known.Count} classes";
            sink.Report(Descriptors.ClassesContradict, attribute.LocationOfValue(name), source, known.Source,
                $"write one number for each of {needed}");
        }
        return classes ?? (count, source);
    }

    private static void CheckClassSet(DeclaredTerm term, (int Count, string Source)? classes, DiagnosticSink sink)
    {
        if (term.Attribute is not { } attribute)
            return;
        EquatableArray<int> only = term.OnlyClasses;
        bool isStated = attribute.Find("OnlyClasses") is { IsList: true };
        for (int i = 0; i < only.Count; i++)
        {
            Location? place = attribute.LocationOfElement("OnlyClasses", i);
            if (only[i] < 0)
                sink.Report(Descriptors.OptionOutOfRange, place, $"OnlyClasses[{i}] of term '{term.Name}'", only[i],
                    "the first class is 0");
            else if (classes is { } known && only[i] >= known.Count)
                sink.Report(Descriptors.ClassesContradict, place, $"OnlyClasses[{i}] = {only[i]}", known.Source,
                    $"the last class is {known.Count - 1}");
            else if (only.Take(i).Contains(only[i]))
                sink.Report(Descriptors.OptionOutOfRange, place, $"OnlyClasses[{i}] of term '{term.Name}'", only[i],
                    "which is there already: write each class once");
        }
        if (isStated && only.Count == 0)
        {
            sink.Report(
                Descriptors.OptionOutOfRange, attribute.LocationOfValue("OnlyClasses"), $"OnlyClasses of term '{term.Name}'", "empty",
                "name at least one class, or leave it out for all");
        }

        if (term.IncludeBackground)
            return;
        const string Cure = "class 0 is the only class of the term: keep it, or add others";
        Location? at = attribute.LocationOf("IncludeBackground");
        if (only.Count == 1 && only[0] == 0)
            sink.Report(Descriptors.ClassesContradict, at, "IncludeBackground = false", "OnlyClasses = [0]", Cure);
        else if (classes is { Count: 1 } one && only.Count == 0)
            sink.Report(Descriptors.ClassesContradict, at, "IncludeBackground = false", one.Source, Cure);
    }

    private static bool IsWeight(double number) => number >= 0 && IsFinite(number);

    private static bool IsFinite(double number) => !double.IsNaN(number) && !double.IsInfinity(number);
}
