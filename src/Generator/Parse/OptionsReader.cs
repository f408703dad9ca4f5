using LossGen.Generator.Diagnostics;
using LossGen.Compiler.Model;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>Reads the options of the loss attribute.</summary>
internal static class OptionsReader
{
    private const int NoIgnoreIndex = int.MinValue;

    public static LossOptions Read(AttributeReader loss, DiagnosticSink sink)
    {
        int[] ignored = [.. Ignored(loss, sink)];
        var options = new LossOptions(
            Enumeration(loss, "Activation", Activation.None, sink),
            (int)loss.FindNumber("Classes", 0),
            ignored.Length == 0 ? null : ignored[0],
            loss.FindNumber("PerImage", 0) != 0,
            loss.FindNumber("CountIgnored", 0) != 0,
            Enumeration(loss, "Reduction", Reduction.Mean, sink),
            Target(loss, sink),
            Enumeration(loss, "TargetClassAxis", ClassAxis.Second, sink),
            loss.FindNumber("DropLastTargetChannel", 0) != 0,
            Enumeration(loss, "Resize", Resize.None, sink))
        {
            StatesActivation = loss.States("Activation"),
            OtherIgnoreIndices = ignored.Skip(1).ToEquatableArray(),
            Dimensions = (int)loss.FindNumber("Dimensions", 2),
            Pairs = Enumeration(loss, "Pairs", Pairs.None, sink),
        };
        if (options.Dimensions is < 1 or > 3)
        {
            sink.Report(
                Descriptors.OptionOutOfRange, loss.LocationOfValue("Dimensions"), "Dimensions", options.Dimensions,
                "write 1 for signals, 2 for images or 3 for volumes");
            options = options with { Dimensions = 2 };
        }

        if (options.Classes < 0)
        {
            sink.Report(
                Descriptors.OptionOutOfRange, loss.LocationOfValue("Classes"), "Classes", options.Classes,
                "write a number of at least 1, or 0 to take it from the logits");
        }
        return options;
    }

    // IgnoreIndex, then those of IgnoreIndices that are not it.
    private static IEnumerable<int> Ignored(AttributeReader loss, DiagnosticSink sink)
    {
        var ignored = new List<int>();
        int one = (int)loss.FindNumber("IgnoreIndex", NoIgnoreIndex);
        if (one != NoIgnoreIndex)
            ignored.Add(one);
        if (loss.Find("IgnoreIndices") is not { IsList: true, Numbers: var numbers })
            return ignored;
        if (numbers.Length == 0)
            sink.Report(Descriptors.OptionOutOfRange, loss.LocationOfValue("IgnoreIndices"), "IgnoreIndices", "empty",
                "name at least one label, or leave it out");
        for (int i = 0; i < numbers.Length; i++)
        {
            int label = (int)numbers[i];
            string? cure = label == NoIgnoreIndex ? "which means that no label is ignored: ignore another one"
                : numbers.Take(i).Contains(label) ? "which is there already: write each label once"
                : null;
            if (cure is not null)
                sink.Report(Descriptors.OptionOutOfRange, loss.LocationOfElement("IgnoreIndices", i), $"IgnoreIndices[{i}]", label, cure);
            else if (label != one)
                ignored.Add(label);
        }

        return ignored;
    }

    // Several labels are ignored of class indices only: an element of a dense target that is left out has one number.
    private static TargetKind Target(AttributeReader loss, DiagnosticSink sink)
    {
        TargetKind stated = Enumeration(loss, "Target", TargetKind.Any, sink);
        if (loss.Find("IgnoreIndices") is not { IsList: true })
            return stated;
        if (stated == TargetKind.Dense)
            sink.Report(Descriptors.NeedsLabels, loss.LocationOf("IgnoreIndices"), "IgnoreIndices");
        return TargetKind.Index;
    }

    private static T Enumeration<T>(AttributeReader loss, string name, T otherwise, DiagnosticSink sink)
        where T : struct, Enum
    {
        if (loss.Find(name) is not { } value)
            return otherwise;
        if (value.Number is { } number && Enum.IsDefined(typeof(T), (int)number))
            return (T)Enum.ToObject(typeof(T), (int)number);
        sink.Report(
            Descriptors.OptionOutOfRange, loss.LocationOfValue(name), name, value,
                $"write one of {string.Join(", ", Enum.GetNames(typeof(T)))}");
        return otherwise;
    }
}
