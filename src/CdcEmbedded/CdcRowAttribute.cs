namespace CdcEmbedded;

/// <summary>Marks a partial class, record or struct that rows or documents are read into: the package's source generator writes its
/// <see cref="IDataRow{TSelf}"/>, without reflection.</summary>
/// <remarks>
/// <para>Every public constructor parameter of a record and every other public property that can be set or initialized is a column, unless
/// it has <c>[NotMapped]</c>. The column's name is that of the property, or of <c>[Column("…")]</c>; case is ignored, as MySQL does.</para>
/// <para>Values convert exactly or fail with a <see cref="DataConversionException"/> that names the column. A nullable property takes null.
/// A property of type <see cref="MaybeAbsent{T}"/> says if the log has the column at all.</para>
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class CdcRowAttribute : Attribute
{
}
