using LossGen.Compiler.Model;
using LossGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>
/// What does not go with a loss that compares pairs: options of logits and targets, terms of pixels. And terms of pairs in a loss that
/// compares none.
/// </summary>
internal static class PairChecks
{
    public static void Check(LossOptions options, AttributeReader loss, IReadOnlyList<DeclaredTerm> terms, DiagnosticSink sink)
    {
        List<DeclaredTerm> fitting = terms.Where(term => term.Attribute is null || IsOfKind(options.Pairs, term, sink)).ToList();
        if (options.Pairs == Pairs.None)
            return;
        CheckOptions(options, loss, sink);
        foreach (DeclaredTerm term in fitting)
            CheckTerm(options.Pairs, term, sink);
    }

    private static void CheckOptions(LossOptions options, AttributeReader loss, DiagnosticSink sink)
    {
        const string Remove = "remove it", Side = "the numbers of rows and features are those of the call";
        if (options.Activation != Activation.None)
            Report("Activation", "x.Logit is a similarity, which formulas turn into what they need",
                "remove it, and write LogSoftmaxOverClasses(x.Logit / temperature) or Sigmoid(x.Logit) in a formula");
        if (options.Classes != 0)
            Report("Classes", Side, Remove);
        if (options.Reduction == Reduction.None)
            Report("Reduction", "what is left of pairs is joined to one number", "write Reduction.Mean or Reduction.Sum");
        if (options.Target != TargetKind.Any)
            Report("Target", options.ComparesColumns ? "columns of two views have no labels"
                : "the target is one label a row, or two views without labels", Remove);
        if (options.PerImage)
            Report("PerImage", "there are no images, but one matrix of pairs", Remove);
        if (options.CountIgnored)
            Report("CountIgnored", "what is no pair is never counted", Remove);
        if (options.TargetClassAxis != ClassAxis.Second)
            Report("TargetClassAxis", "there is no dense target", Remove);
        if (options.DropLastTargetChannel)
            Report("DropLastTargetChannel", "there is no dense target", Remove);
        if (options.Resize != Resize.None)
            Report("Resize", "embeddings have no size", Remove);
        if (loss.States("Dimensions"))
            Report("Dimensions", "the matrix of pairs is no image", Remove);
        if (loss.States("IgnoreIndices"))
            Report("IgnoreIndices", "rows that take no part have one label", "write IgnoreIndex");
        else if (options.ComparesColumns && options.IgnoreIndex is not null)
            Report("IgnoreIndex", "columns of two views have no labels", Remove);

        void Report(string option, string why, string cure) =>
            sink.Report(Descriptors.PairsContradict, loss.LocationOf(option), option, options.Pairs, why, cure);
    }

    private static void CheckTerm(Pairs pairs, DeclaredTerm term, DiagnosticSink sink)
    {
        AttributeReader? attribute = term.Attribute;
        if (term.Activation is { } activation && activation != Activation.None)
            Report("Activation", "x.Logit is a similarity, which formulas turn into what they need");
        if (!term.IncludeBackground)
            Report("IncludeBackground", "the classes are the rows or columns of the call, of which none is a background");
        if (term.OnlyClasses.Count > 0)
            Report("OnlyClasses", "the classes are the rows or columns of the call");
        foreach ((string option, _) in term.WeightMaps)
            Report(option, "pairs have no weights yet");
        foreach (DeclaredParameter parameter in term.Formula.Parameters.Where(parameter => parameter.IsInput || parameter.TakesNumbers))
        {
            sink.Report(
                Descriptors.PairsContradict, attribute?.Location ?? parameter.Location,
                $"Parameter '{parameter.Name}' of term '{term.Name}'", pairs,
                parameter.IsInput ? "pairs have no maps yet"
                    : "the classes are the rows or columns of the call, and have no numbers of their own",
                    "compute what it stands for from x.Logit, y and numbers");
        }

        void Report(string option, string why) =>
            sink.Report(Descriptors.PairsContradict, attribute?.LocationOf(option), $"{option} of term '{term.Name}'", pairs, why,
                "remove it");
    }

    // A term of the catalogue, or of one's own. A formula in place says nothing and may do anything.
    private static bool IsOfKind(Pairs pairs, DeclaredTerm term, DiagnosticSink sink)
    {
        IReadOnlyList<Pairs> kinds = term.TakesPairs;
        if (kinds.Count == 0 ? pairs == Pairs.None : kinds.Contains(pairs))
            return true;
        string needed = string.Join(" or ", kinds.Select(kind => $"Pairs.{kind}"));
        sink.Report(
            Descriptors.TermWithoutPairs, term.Attribute?.Location, term.Name,
            kinds.Count == 0 ? "takes each pixel by itself" : $"compares pairs, {needed}",
            pairs == Pairs.None ? "compares none" : $"declares Pairs = Pairs.{pairs}",
            kinds.Count == 0 ? "use a term of pairs, or write [TakesPairs(Pairs." + pairs + ")] on a term of your own that is one"
                : $"write [Loss(Pairs = Pairs.{kinds[0]})]");
        return false;
    }
}
