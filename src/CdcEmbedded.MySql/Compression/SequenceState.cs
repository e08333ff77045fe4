namespace CdcEmbedded.MySql.Compression;

/// <summary>A state of a <see cref="SequenceTable"/>: 8 bytes, as each sequence reads three of them.</summary>
/// <param name="Value">What the code stands for.</param>
/// <param name="ExtraBits">Bits that are added to it.</param>
/// <param name="StateBits">Bits that are added to <paramref name="NextBase"/> for the next state.</param>
/// <param name="NextBase">See there.</param>
internal readonly record struct SequenceState(uint Value, byte ExtraBits, byte StateBits, ushort NextBase);
