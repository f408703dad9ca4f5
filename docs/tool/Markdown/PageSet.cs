using LossGen.Pages.Catalogue;
using LossGen.TestSupport;

namespace LossGen.Pages.Markdown;

/// <summary>All pages as they should be, and the losses that they declare, compiled.</summary>
internal sealed class PageSet
{
    public const string Folder = "docs/losses";

    private readonly Dictionary<Term, string> declarations = Term.All.ToDictionary(term => term,
        term => Example.Compiled(term, Presentation.Of(term), DeclarationCompiler.ClassName));
    private readonly DeclarationCompiler compiler;

    public PageSet() => compiler = DeclarationCompiler.Compile(declarations.Values);

    /// <summary>The pictures that the pages show.</summary>
    public static IEnumerable<string> Pictures =>
        Term.All.SelectMany(term => new[] { $"images/{term.Name}.png", $"images/small/{term.Name}.png" });

    /// <summary>The loss of a term's page.</summary>
    /// <exception cref="InvalidOperationException">The declaration on the page does not compile.</exception>
    public ILoss Create(Term term) => compiler.Create(declarations[term]);

    /// <summary>The pages by their file names.</summary>
    public IReadOnlyDictionary<string, string> Write()
    {
        var pages = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["README.md"] = IndexPage.Write() };
        foreach (Term term in Term.All)
        {
            Create(term);
            pages[term.Name + ".md"] = LossPage.Write(term, compiler.Header(declarations[term]));
        }

        return pages;
    }
}
