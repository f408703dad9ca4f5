namespace Segmentation;

/// <summary>The command line asks for something that cannot be had.</summary>
internal sealed class UsageException(string message) : Exception(message);
