using Microsoft.CodeAnalysis;

namespace LossGen.Generator;

internal static class ProviderExtensions
{
    public static IncrementalValuesProvider<T> WhereNotNull<T>(this IncrementalValuesProvider<T?> provider)
        where T : class => provider.Where(static item => item is not null).Select(static (item, _) => item!);
}
