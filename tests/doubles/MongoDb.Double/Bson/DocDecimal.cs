namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>The 16 bytes of a Decimal128, which the double carries without reading them.</summary>
/// <param name="Low">The lower eight bytes.</param>
/// <param name="High">The upper eight bytes, sign and exponent among them.</param>
public readonly record struct DocDecimal(ulong Low, ulong High);
