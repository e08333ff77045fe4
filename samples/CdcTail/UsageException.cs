namespace CdcTail;

/// <summary>The command line does not say what to do. Ends the program with 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
