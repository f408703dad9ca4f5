using LossGen.Pages.Catalogue;

namespace LossGen.Pages.Markdown;

/// <summary>What the page of a term says of the pairs that it compares.</summary>
internal static class PairText
{
    /// <summary>What the letters of its formula stand for.</summary>
    public static string Letters(Term term) => term.Pairs[0] switch
    {
        Pairs.Correlation => "One number. $`c_{ij}`$ is the correlation of column i of the first view with column j of the second; $`y_{ij}`$ is 1 where i is j, else 0.",
        Pairs.Covariance => "One number. $`c_{ij}`$ is the covariance of columns i and j of one view, and the sum and the mean over i go over the columns of both; $`y_{ij}`$ is 1 where i is j, else 0. $`D`$ is the number of columns.",
        _ => $"One number. $`s_{{ij}}`$ is the {string.Join(" or ", term.Pairs.Select(Name))} of rows i and j, where j is never i; $`y_{{ij}}`$ is 1 where their labels are the same, or where they are views of the same sample, else 0.",
    };

    /// <summary>What a pixel and a class are in the table of the passes, and what is not in it.</summary>
    public static string Cost(Term term) =>
        $" A pixel is a {(term.ComparesColumns ? "column" : "row")} and C the number of {(term.ComparesColumns ? "columns" : "rows")}; the product that makes their matrix and the one that takes its gradient back come to that ([Pairs](../pairs.md#what-it-costs)).";

    private static string Name(Pairs pairs) => pairs == Pairs.Dot ? "dot product (`Pairs.Dot`)" : "cosine (`Pairs.Cosine`)";
}
