namespace CdcTail;

/// <summary>The command line is wrong. Ends the program with exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Reports what the library says of a value, without the name of its own parameter.</summary>
    public static UsageException Of(ArgumentException e) => new(e.ParamName is { } name
        ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message);
}
