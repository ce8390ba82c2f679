package mongostore

import (
	"encoding/binary"
	"net"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// fakeServer answers the handshake and buildInfo as told and nothing else, to show what Open makes of servers that are not at hand.
func fakeServer(t *testing.T, version []int32, hello bson.D) (uri string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	handshake := append(bson.D{{Key: "ok", Value: 1}, {Key: "isWritablePrimary", Value: true}, {Key: "ismaster", Value: true},
		{Key: "minWireVersion", Value: 0}, {Key: "maxWireVersion", Value: 21}, {Key: "maxBsonObjectSize", Value: 16 << 20},
		{Key: "maxMessageSizeBytes", Value: 48000000}, {Key: "maxWriteBatchSize", Value: 100000},
		{Key: "hosts", Value: bson.A{l.Addr().String()}}, {Key: "me", Value: l.Addr().String()}}, hello...)
	build := bson.D{{Key: "ok", Value: 1}, {Key: "version", Value: "told"}, {Key: "versionArray", Value: version}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for {
					msg, err := message(c)
					if err != nil {
						return
					}
					answer := handshake
					if strings.Contains(string(msg), "buildInfo") {
						answer = build
					}
					if _, err := c.Write(reply(t, msg, answer)); err != nil {
						return
					}
				}
			}()
		}
	}()
	return "mongodb://" + l.Addr().String() + "/?directConnection=true"
}

// reply frames an answer in the way the question was framed: OP_REPLY for the handshake's OP_QUERY, OP_MSG for the rest.
func reply(t *testing.T, question []byte, answer bson.D) []byte {
	const opReply, opQuery, opMsg = 1, 2004, 2013
	doc, err := bson.Marshal(answer)
	if err != nil {
		t.Errorf("answer: %v", err)
		return nil
	}
	head := make([]byte, 16)
	copy(head[8:12], question[4:8]) // responseTo is the question's id
	var body []byte
	if binary.LittleEndian.Uint32(question[12:]) == opQuery {
		binary.LittleEndian.PutUint32(head[12:], opReply)
		body = make([]byte, 20)
		body[16] = 1 // one document
	} else {
		binary.LittleEndian.PutUint32(head[12:], opMsg)
		body = make([]byte, 5) // no flags, one section with one document
	}
	msg := append(append(head, body...), doc...)
	binary.LittleEndian.PutUint32(msg, uint32(len(msg)))
	return msg
}
