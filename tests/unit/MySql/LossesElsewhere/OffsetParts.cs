using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Tests.LossesElsewhere;

/// <summary>What offsets say.</summary>
internal static class OffsetParts
{
    /// <summary>The GTID set.</summary>
    public static string? GtidsOf(CdcOffset offset) => BinlogPosition.Read(offset).GtidSet?.ToString();

    /// <summary>The file.</summary>
    public static string? FileOf(CdcOffset offset) => BinlogPosition.Read(offset).Coordinates?.File;

    /// <summary>True if no transaction is half delivered there.</summary>
    public static bool IsBetweenTransactions(CdcOffset offset) => BinlogPosition.Read(offset).IsTransactionEnd;
}
