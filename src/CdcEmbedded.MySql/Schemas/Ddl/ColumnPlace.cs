namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Where ALTER TABLE puts a column.</summary>
/// <param name="IsFirst">True for FIRST.</param>
/// <param name="After">The column of AFTER; null without it.</param>
internal readonly record struct ColumnPlace(bool IsFirst, string? After)
{
    /// <summary>Reads FIRST, AFTER x, or neither.</summary>
    public static ColumnPlace Read(SqlTokens tokens) => new(tokens.TryTake("FIRST"), tokens.TryTake("AFTER") ? tokens.TakeName() : null);
}
