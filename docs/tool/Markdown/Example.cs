using LossGen.Compiler.Formula;
using LossGen.Pages.Catalogue;

namespace LossGen.Pages.Markdown;

/// <summary>How a term is declared and called.</summary>
internal static class Example
{
    /// <summary>The declaration of a loss that is the term alone.</summary>
    public static string Declaration(Term term, Presentation presentation, string name) =>
        $"[Loss{(term.ComparesPairs ? $"(Pairs = Pairs.{term.Pairs[0]})" : presentation.Activation == Activation.None ? "" : $"(Activation.{presentation.Activation})")}]\n[{term.Name}]\npublic sealed partial class {name};\n";

    /// <summary>Its call on memory of one's own.</summary>
    public static string Call(Term term, Presentation presentation)
    {
        if (term.ComparesPairs)
            return CallOfPairs(term);
        string[] inputs = [.. term.Inputs.Select(input => input.Name)];
        string passed = inputs.Length switch { 0 => "", 1 => $"{inputs[0]}, ", _ => $"new({string.Join(", ", inputs)}), " };
        string maps = string.Concat(term.Inputs.Select(input =>
            $"   // {input.Name}: {(input.Kind == ParameterKind.Element ? "(N, C, S)" : "(N, S)")}"));
        return $"double value = loss.EvaluateWithGradient(logits, {(TakesLabels(presentation) ? "labels" : "target")}, shape, {passed}gradient);{maps}\n";
    }

    /// <summary>The declaration and its call in a method, to be compiled.</summary>
    public static string Compiled(Term term, Presentation presentation, string name)
    {
        if (term.ComparesPairs)
        {
            return $$"""
                {{Declaration(term, presentation, name)}}
                internal static class Caller
                {
                    internal static void Call({{name}} loss, float[] embeddings, float[] gradient, int[] labels, int n, int d)
                    {
                        {{Call(term, presentation)}}
                    }
                }

                """;
        }

        string inputs = string.Concat(term.Inputs.Select(input => $", float[] {input.Name}"));
        return $$"""
            {{Declaration(term, presentation, name)}}
            internal static class Caller
            {
                internal static double Call({{name}} loss, float[] logits, {{(TakesLabels(presentation) ? "long[] labels" : "float[] target")}}, LossShape shape, float[] gradient{{inputs}})
                {
                    {{Call(term, presentation)}}
                    return value;
                }
            }

            """;
    }

    private static string CallOfPairs(Term term)
    {
        const string Shape = "LossShape rows = LossShape.OfRows(n, d);\n";
        const string Views = "double views = loss.EvaluateViewsWithGradient<float>(embeddings, rows, gradient);   // the rows of two views, (N, D): row i and row i + N / 2 are of the same sample\n";
        const string Labels = "double value = loss.EvaluateWithGradient<float, int>(embeddings, labels, rows, gradient);   // embeddings and gradient: (N, D), labels: (N)\n";
        return Shape + (term.ComparesColumns ? "" : Labels) + Views;
    }

    private static bool TakesLabels(Presentation presentation) =>
        presentation.Activation is Activation.Softmax or Activation.Sigmoid && presentation.Family != Family.Regression;
}
