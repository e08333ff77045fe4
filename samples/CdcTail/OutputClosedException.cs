namespace CdcTail;

/// <summary>The reader of standard output has gone (<c>CdcTail | head</c>). Ends the program quietly.</summary>
internal sealed class OutputClosedException(Exception inner) : Exception("Standard output was closed.", inner);
