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
        int ignoreIndex = (int)loss.FindNumber("IgnoreIndex", NoIgnoreIndex);
        var options = new LossOptions(
            Enumeration(loss, "Activation", Activation.None, sink),
            (int)loss.FindNumber("Classes", 0),
            ignoreIndex == NoIgnoreIndex ? null : ignoreIndex,
            loss.FindNumber("PerImage", 0) != 0,
            loss.FindNumber("CountIgnored", 0) != 0,
            Enumeration(loss, "Reduction", Reduction.Mean, sink),
            Enumeration(loss, "Target", TargetKind.Any, sink),
            Enumeration(loss, "TargetClassAxis", ClassAxis.Second, sink),
            loss.FindNumber("DropLastTargetChannel", 0) != 0,
            Enumeration(loss, "Resize", Resize.None, sink))
        {
            StatesActivation = loss.States("Activation"),
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

    private static T Enumeration<T>(AttributeReader loss, string name, T otherwise, DiagnosticSink sink)
        where T : struct, Enum
    {
        if (loss.Find(name) is not { } value)
            return otherwise;
        if (value.Number is { } number && Enum.IsDefined(typeof(T), (int)number))
            return (T)Enum.ToObject(typeof(T), (int)number);
        sink.Report(
            Descriptors.OptionOutOfRange, loss.LocationOfValue(name), name, value, $"write one of {string.Join(", ", Enum.GetNames(typeof(T)))}");
        return otherwise;
    }
}
