using CdcEmbedded.MySql.Schemas.Ddl;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads the name out of SAVEPOINT x and ROLLBACK TO x; servers write it in backticks.</summary>
internal static class SavepointStatement
{
    /// <summary>The savepoint's name.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="dialect">How its words are read.</param>
    /// <param name="name">The name.</param>
    /// <returns>False for RELEASE SAVEPOINT, which changes nothing of what counts.</returns>
    public static bool TryReadName(string statement, SqlDialect dialect, out string name)
    {
        var scanner = new StatementScanner(statement, dialect);
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
