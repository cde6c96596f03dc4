namespace Tunnel.Portal.Web.Responses;

/// <summary>What a request's conditions come to.</summary>
internal enum PreconditionOutcome
{
    /// <summary>The answer is given as if there were none.</summary>
    Proceed,

    /// <summary>304: the visitor has it already.</summary>
    NotModified,

    /// <summary>412: it is not what the visitor believes.</summary>
    Failed,
}
