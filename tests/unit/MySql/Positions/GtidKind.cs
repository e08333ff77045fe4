namespace CdcEmbedded.MySql.Tests.Positions;

/// <summary>Which GTIDs the transactions of a log have.</summary>
public enum GtidKind
{
    None,
    MySql,
    MySqlAndAnonymous,
    MariaDb,
}
