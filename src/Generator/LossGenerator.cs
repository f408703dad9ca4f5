using System.Collections.Immutable;
using System.Text;
using LossGen.Compiler;
using LossGen.Compiler.Analyze;
using LossGen.Compiler.Emit;
using LossGen.Compiler.Model;
using LossGen.Generator.Diagnostics;
using LossGen.Generator.Parse;
using LossGen.Generator.Terms;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace LossGen.Generator;

/// <summary>Compiles declared losses, and writes the formulas of term attributes onto them for other assemblies.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class LossGenerator : IIncrementalGenerator
{
    // Names of the steps, as tests ask for them.
    internal const string ParseStep = "Parse";
    internal const string ModelStep = "Model";
    internal const string EmitStep = "Emit";
    internal const string TermStep = "Term";
    internal const string TermSourceStep = "TermSource";
    internal const string AnalyzeStep = "Analyze";
    internal const string DiagnosticsStep = "Diagnostics";
    internal const string SupportStep = "Support";

    // Set by a project's property LossGenShowPasses, which the package's LossGen.props makes visible.
    private const string ShowPasses = "build_property.LossGenShowPasses";

    // Likewise LossGenGpu: kernels for GPUs.
    private const string Gpu = "build_property.LossGenGpu";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // The support files are internal types that other assemblies shall not see, not even as friends.
        context.RegisterPostInitializationOutput(static output => output.AddEmbeddedAttributeDefinition());
        IncrementalValuesProvider<ParseResult> parsed = context.SyntaxProvider
            .ForAttributeWithMetadataName(KnownTypes.LossAttribute, static (node, _) => node is TypeDeclarationSyntax, LossParser.Parse)
            .WhereNotNull()
            .WithTrackingName(ParseStep);
        IncrementalValueProvider<bool> gpu = context.AnalyzerConfigOptionsProvider
            .Select(static (options, _) => options.GlobalOptions.TryGetValue(Gpu, out string? text) && bool.TryParse(text, out bool wanted)
            && wanted);
        IncrementalValuesProvider<LossModel> models = parsed
            .Select(static (result, _) => result.Model)
            .WhereNotNull()
            .Combine(gpu)
            .Select(static (pair, _) => pair.Right ? pair.Left with { HasGpu = true } : pair.Left)
            .WithTrackingName(ModelStep);
        IncrementalValueProvider<bool> showsStages = context.AnalyzerConfigOptionsProvider
            .Select(static (options, _) => options.GlobalOptions.TryGetValue(ShowPasses, out string? text)
            && bool.TryParse(text, out bool shows) && shows);
        IncrementalValuesProvider<EmittedLoss> emitted = models.Combine(showsStages)
            .Select(static (pair, cancellation) => Pipeline.Run(pair.Left, pair.Right, cancellation)).WithTrackingName(EmitStep);
        context.RegisterSourceOutput(emitted, static (output, loss) =>
        {
            foreach (EmittedFile file in loss.Files)
                AddSource(output, file.HintName, file.Text);
        });

        IncrementalValuesProvider<TermResult> terms = context.SyntaxProvider
            .CreateSyntaxProvider(static (node, _) => TermParser.IsCandidate(node), TermParser.Parse)
            .WhereNotNull()
            .WithTrackingName(TermStep);
        IncrementalValuesProvider<TermSource> termSources = terms.Select(TermSource.Create).WhereNotNull().WithTrackingName(TermSourceStep);
        context.RegisterSourceOutput(termSources, static (output, term) => AddSource(output, term.HintName, term.Text));

        // Findings are plain data that an edit elsewhere leaves; only their places are looked up anew.
        IncrementalValueProvider<ImmutableArray<LossFindings>> findings = models.Select(LossAnalysis.Analyze).WithTrackingName(AnalyzeStep)
            .Collect();
        IncrementalValueProvider<EquatableArray<Diagnostic>> found = findings
            .Combine(parsed.Select(static (result, _) => result.Places).Collect())
            .Select(static (all, _) => FindingMessages.Of(all.Left, all.Right).ToEquatableArray());

        // One output for all messages: a helper method that several formulas inline is reported once.
        IncrementalValueProvider<EquatableArray<Diagnostic>> diagnostics = parsed
            .Select(static (result, _) => result.Diagnostics)
            .Collect()
            .Combine(terms.Select(static (result, _) => result.Diagnostics).Collect())
            .Combine(found)
            .Select(static (all, _) => all.Left.Left.Concat(all.Left.Right).Append(all.Right).SelectMany(static some => some).Distinct()
            .ToEquatableArray())
            .WithTrackingName(DiagnosticsStep);
        context.RegisterSourceOutput(diagnostics, static (output, all) =>
        {
            foreach (Diagnostic diagnostic in all)
                output.ReportDiagnostic(diagnostic);
        });

        context.RegisterSourceOutput(
            emitted.Where(static loss => loss.Failure is not null).Combine(parsed.Select(static (result, _) => result.Places).Collect()),
            static (output, failed) => ReportFailure(output, failed.Left, failed.Right));

        IncrementalValueProvider<bool> isCSharp12 = context.ParseOptionsProvider
            .Select(static (options, _) => options is CSharpParseOptions { LanguageVersion: >= KnownTypes.LeastVersion });
        foreach (IBackend backend in Pipeline.Backends)
        {
            IncrementalValueProvider<bool> needsSupport = models
                .Select((model, _) => backend.IsWanted(model))
                .Collect()
                .Combine(isCSharp12)
                .Select(static (pair, _) => pair.Right && pair.Left.Contains(true))
                .WithTrackingName(SupportStep);
            context.RegisterSourceOutput(needsSupport, (output, isNeeded) =>
            {
                foreach ((string name, string text) in isNeeded ? backend.SupportFiles() : [])
                    AddSource(output, HintNames.Support + name, text);
            });
        }
    }

    private static void AddSource(SourceProductionContext output, string hintName, string text) =>
        output.AddSource(hintName + ".g.cs", SourceText.From(text, Encoding.UTF8));

    private static void ReportFailure(SourceProductionContext output, EmittedLoss loss, ImmutableArray<LossPlaces> places)
    {
        EmitFailure failure = loss.Failure!;
        Location location = places.FirstOrDefault(place => place.HintName == loss.HintName)?.Find(failure.Term, failure.Expression)
            ?? Location.None;
        DiagnosticDescriptor descriptor = failure.IsInternal ? Descriptors.InternalError : Descriptors.NotCompiled;
        output.ReportDiagnostic(Diagnostic.Create(descriptor, location, loss.Name, failure.Message));
    }
}
