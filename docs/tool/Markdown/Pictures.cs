using LossGen.Pages.Catalogue;
using LossGen.Pages.Plots;
using LossGen.TestSupport;

namespace LossGen.Pages.Markdown;

/// <summary>Runs the losses and draws the pictures.</summary>
internal static class Pictures
{
    /// <summary>The pictures by their file names, below the folder of the pages.</summary>
    public static IEnumerable<(string Path, byte[] Png)> Draw()
    {
        var jobs = Term.All.Select(term =>
        {
            var presentation = Presentation.Of(term);
            var scene = Scene.Of(term, presentation);
            return (Term: term, Scene: scene, Lines: scene.CurvesOf(term, presentation)
                .Select(curve => (Curve: curve, Declaration: scene.Declare(term, presentation, curve))).ToArray());
        }).ToArray();
        var compiler = DeclarationCompiler.Compile(jobs.SelectMany(job => job.Lines).Select(line => line.Declaration));
        foreach ((Term term, Scene scene, (Curve Curve, string Declaration)[] lines) in jobs)
        {
            (Curve, Samples)[] samples = [.. lines.Select(line => (line.Curve, scene.Sample(compiler.Create(line.Declaration),
                line.Curve)))];
            bool isImage = scene is NeighbourScene;
            yield return ($"images/{term.Name}.png", isImage ? ImagePicture.Draw(samples[0].Item2) : Picture.Draw(scene, samples));
            yield return ($"images/small/{term.Name}.png", isImage ? ImagePicture.DrawSmall(samples[0].Item2) : Picture.DrawSmall(samples));
        }
    }
}
