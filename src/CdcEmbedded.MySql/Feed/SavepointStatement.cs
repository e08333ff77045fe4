namespace CdcEmbedded.MySql.Feed;

/// <summary>Reads the name out of SAVEPOINT x and ROLLBACK TO x; servers write it in backticks.</summary>
internal static class SavepointStatement
{
    /// <summary>The savepoint's name.</summary>
    /// <returns>False for RELEASE SAVEPOINT, which changes nothing of what counts.</returns>
    public static bool TryReadName(string statement, out string name)
    {
        var scanner = new StatementScanner(statement);
        name = "";
        if (scanner.TryTakeWord("RELEASE"))
        {
            return false;
        }

        if (scanner.TryTakeWord("ROLLBACK"))
        {
            scanner.TryTakeWord("WORK");
            scanner.TryTakeWord("TO");
        }

        scanner.TryTakeWord("SAVEPOINT");
        name = scanner.NextName();
        return true;
    }
}
