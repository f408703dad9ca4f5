namespace LossGen.Compiler.Support;

/// <summary>An error of the compiler's own, for a message.</summary>
internal static class Fault
{
    /// <summary>An exception in one line, with the method that threw it, as messages need it.</summary>
    public static string Describe(Exception error)
    {
        string message = error.Message.Split('\n')[0].Trim();
        string? frame = error.StackTrace?.Split('\n')[0].Trim();
        return frame is null ? $"{error.GetType().Name}: {message}"
            : $"{error.GetType().Name}: {message} ({frame.Substring(0, frame.IndexOf(')') + 1)})";
    }
}
