namespace CdcTail;

/// <summary>The command line is wrong. Ends the program with exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
