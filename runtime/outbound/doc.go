// Package outbound sends messages to other systems: webhooks now, mail and chat robots in the same manner. It owns the address
// guard: a definition names where to send, an admin of the installation says which hosts are allowed beyond the public internet
// and which host a secret belongs to. It knows nothing of records. Delivery is at least once: the engine repeats a message that
// failed, always under the same id, and the receiver can tell a repeat by it.
package outbound
